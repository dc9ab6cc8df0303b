import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "..", "..", "..");

describe("the scripts of the README", function () {
  this.timeout(20_000);

  const run = (script: string, ...args: string[]): { status: number | null; text: string } => {
    const { status, stdout, stderr } = spawnSync(path.join(root, script), args, {
      // Another folder: the scripts find the project by themselves.
      cwd: "/",
      encoding: "utf8",
    });
    return { status, text: stdout + stderr };
  };

  for (const script of ["scripts/up", "scripts/down", "scripts/test"]) {
    it(`${script} explains itself`, () => {
      for (const flag of ["--help", "-h"]) {
        const { status, text } = run(script, flag);
        assert.equal(status, 0, text);
        assert.match(text, new RegExp(`^Usage: ${script}`));
      }
    });

    it(`${script} refuses what it does not know, by name`, () => {
      const { status, text } = run(script, "nonsense");
      assert.equal(status, 2, text);
      assert.match(text, /"nonsense"/);
    });
  }

  it("scripts/up takes one stack", () => {
    const { status, text } = run("scripts/up", "dev", "staging");
    assert.equal(status, 2, text);
    assert.match(text, /too many arguments: staging/);
  });
});
