import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "..", "..", "..");

describe("what is preloaded into this checkout's own program", function () {
  this.timeout(20_000);

  it("loads its sources without the compiler, and tells places in them", () => {
    const source = path.join(ROOT, "components", "duration.ts");
    const script = `
      require("source-map-support/register");
      const { milliseconds } = require(${JSON.stringify(source)});
      let place;
      try { milliseconds("1s", "a", { min: "1s", max: "1h" }); } catch (error) { place = /duration\\.ts:(\\d+)/.exec(error.stack)?.[1]; }
      const compilers = Object.keys(require.cache).filter((file) => /node_modules.(typescript|ts-node)\\W/.test(file));
      console.log(JSON.stringify([Number(place), compilers]));`;
    const args = ["--require", path.join(ROOT, "bin", "program.cjs"), "-e", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: ROOT });
    const lines = fs.readFileSync(source, "utf8").split("\n");
    const line = lines.findIndex((text) => text.includes("problems.require")) + 1;
    assert.deepEqual(JSON.parse(stdout || JSON.stringify(stderr)), [line, []]);
  });
});
