import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as path from "node:path";
import { survivors } from "../../support/processes";

const preload = path.resolve(__dirname, "..", "..", "..", "bin", "preload.cjs");

describe("what is preloaded into the engine's children", function () {
  this.timeout(20_000);

  for (const [what, error] of [
    ["an error", "error"],
    ["its cause", `new Error("outer", { cause: error })`],
    ["one of many", `new AggregateError([error])`],
  ] as const) {
    it(`inspects a trace that ends right after a scope at once: ${what}`, () => {
      const script = `
        const error = new Error("x");
        error.stack = "Error: x\\n    at f (/p/node_modules/@pulumi/resource.ts:1579:22)";
        console.log(require("util").inspect(${error}, { colors: true }));`;
      const args = ["--require", preload, "-e", script];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        encoding: "utf8",
        timeout: 5_000,
      });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /resource\.ts:1579:22/);
    });
  }

  it("leaves other inspection as it is", () => {
    const script = `
      const util = require("util");
      console.log(util.inspect({ a: 1 }, { colors: true }), util.inspect({ a: { b: {} } }, false, 0),
        util.inspect(null), typeof util.inspect.custom, util.inspect.defaultOptions.depth);`;
    const run = (args: string[]): string =>
      spawnSync(process.execPath, [...args, "-e", script], { encoding: "utf8" }).stdout;
    assert.equal(run(["--require", preload]), run([]));
  });

  it("ends a process whose parent is gone", async () => {
    const wait = `console.log(process.pid); setInterval(() => {}, 1000)`;
    const parent = `
      const { spawn } = require("child_process");
      spawn(process.execPath, ["--require", ${JSON.stringify(preload)}, "-e", ${JSON.stringify(wait)}],
        { stdio: ["ignore", "inherit", "inherit"], detached: true });
      setInterval(() => {}, 1000);`;
    const started = spawn(process.execPath, ["-e", parent], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = new Promise((resolve) => started.stdout.once("close", resolve));
    const pid = Number(
      await new Promise<string>((resolve) => {
        started.stdout.once("data", (data: Buffer) => {
          resolve(data.toString());
        });
      }),
    );
    assert.ok(pid > 0);
    started.kill("SIGKILL");
    // The child holds the pipe as well: it closes when both have ended.
    await closed;
    assert.deepEqual(await survivors([pid]), []);
  });
});
