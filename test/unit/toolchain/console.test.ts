import assert from "node:assert/strict";
import { Phases } from "../../../toolchain/console";

describe("the display of phases", () => {
  const output = (
    isTTY: boolean,
  ): { isTTY: boolean; columns: number; text: string; write: (t: string) => void } => ({
    isTTY,
    columns: 40,
    text: "",
    write(text) {
      this.text += text;
    },
  });

  const clock = (): (() => number) => {
    let time = 0;
    return () => (time += 500);
  };

  it("writes plain lines where there is no terminal", async () => {
    const out = output(false);
    const phases = new Phases(out, {}, clock());
    const result = await phases.run("engine", (report) => {
      report("building");
      return Promise.resolve(7);
    });
    assert.equal(result, 7);
    assert.equal(out.text, "engine: 0.5 s, building\nengine: done in 1.0 s\n");
    assert.equal(phases.summary(), "engine 1.0 s");
  });

  it("says which phase failed and keeps the error", async () => {
    const out = output(false);
    const phases = new Phases(out, {}, clock());
    await assert.rejects(
      phases.run("docker", () => Promise.reject(new Error("gone"))),
      /^Error: gone$/,
    );
    assert.equal(out.text, "docker: failed in 0.5 s\n");
    assert.equal(phases.timings.length, 1);
  });

  it("writes no control characters in CI, even at a terminal", async () => {
    const out = output(true);
    await new Phases(out, { CI: "true" }).run("x", () => Promise.resolve());
    assert.doesNotMatch(out.text, /\u001b/);
  });
});
