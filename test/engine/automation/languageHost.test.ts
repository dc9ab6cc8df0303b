import * as assert from "node:assert/strict";

import type { DeployEvent } from "../../../automation/events";
import { descendantsOf, gone } from "../../../automation/engine/processTree";
import { commandLine } from "../../support/processes";
import { eventOf, testProject } from "./support";
import type { TestProject } from "./support";

/** What the operation said of the program's own, in order. */
async function messages(events: AsyncIterable<DeployEvent>): Promise<string[]> {
  const found: string[] = [];
  for await (const event of events)
    if (event.kind === "diagnostic" && !event.ephemeral) found.push(event.message);
  return found;
}

describe("A program under the language host that the SDK's process is itself", function () {
  this.timeout(120_000);
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("prints to the engine: every line, in order, the last one too, whatever its stream", async () => {
    project = await testProject(`
      for (let i = 0; i < 300; i++) console.log("line " + i);
      process.stdout.write("\\n  indented, ünïcode\\n");
      process.stderr.write("unended");`);
    project.config("dev", {});
    const operation = project.deployer.preview({ stack: "dev" });
    const said = await messages(operation.events);
    await operation;
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`);
    const ofStdout = said.filter((line) => line !== "unended");
    assert.deepEqual(ofStdout, [...lines, "  indented, ünïcode"]);
    assert.ok(said.includes("unended"));
  });

  it("gives it the engine's environment, without the host's address, and its own config", async () => {
    project = await testProject(`
      const { PULUMI_DEBUG_LANGUAGES: address = "none", ONLY_HERE, LANDFALL_OUTER = "none" } = process.env;
      exports.seen = [address, ONLY_HERE, LANDFALL_OUTER, config.require("key")].join();`);
    project.config("dev", { key: "a value" });
    process.env["LANDFALL_OUTER"] = "leaked";
    try {
      const deployer = project.with({ env: { ...project.env, ONLY_HERE: "yes" } });
      await deployer.up({ stack: "dev" });
      const { outputs } = await deployer.outputs({ stack: "dev" });
      assert.equal(outputs["seen"]?.value, "none,yes,none,a value");
    } finally {
      delete process.env["LANDFALL_OUTER"];
    }
  });

  it("starts no language host, and leaves an address alone that somebody has given", async () => {
    project = await testProject(`new Thing("slow", { value: "1", ms: 800 });`);
    const hosts = async (stack: string, env: Record<string, string>): Promise<number> => {
      project.config(stack, {});
      const operation = project.with({ env }).up({ stack });
      await eventOf(operation.events, ({ kind }) => kind === "resource");
      const lines = (await descendantsOf(process.pid)).map(commandLine);
      await operation;
      return lines.filter((line) => line.includes("language-host.cjs")).length;
    };
    assert.equal(await hosts("dev", project.env), 0);
    assert.ok((await hosts("own", { ...project.env, PULUMI_DEBUG_LANGUAGES: "other:1" })) > 0);
  });

  it("does not wait for what a program has left behind with its output", async () => {
    project = await testProject(`
      const { spawn } = require("child_process");
      const left = spawn("sleep", ["60"], { stdio: "inherit", detached: true });
      left.unref();
      console.log("left " + left.pid);`);
    project.config("dev", {});
    const started = Date.now();
    const operation = project.deployer.preview({ stack: "dev" });
    const said = await messages(operation.events);
    await operation;
    const took = Date.now() - started;
    const pid = Number(/^left (\d+)$/m.exec(said.join("\n"))?.[1]);
    process.kill(pid, "SIGKILL");
    assert.ok(took < 45_000, `it took ${took} ms`);
  });

  it("ends it when the engine is killed under it, with everything else", async () => {
    project = await testProject(`
      console.log("waiting");
      module.exports = async () => { await new Promise((wake) => setTimeout(wake, 60_000)); };`);
    project.config("dev", {});
    const operation = project.deployer.preview({ stack: "dev" });
    await eventOf(
      operation.events,
      (event) => event.kind === "diagnostic" && event.message === "waiting",
    );
    const started = await descendantsOf(process.pid);
    const engine = started.find((pid) => commandLine(pid).includes("/pulumi preview"));
    assert.ok(engine !== undefined);
    process.kill(engine, "SIGKILL");
    await assert.rejects(operation.result);
    assert.deepEqual(await gone(started, 10_000), []);
  });

  it("keeps operations side by side apart", async () => {
    project = await testProject(
      `console.log("in " + pulumi.getStack()); exports.own = pulumi.getStack();`,
    );
    const stacks = ["one", "two", "three"];
    for (const stack of stacks) project.config(stack, {});
    const all = stacks.map(async (stack) => {
      const operation = project.deployer.up({ stack });
      const said = await messages(operation.events);
      await operation;
      const { outputs } = await project.deployer.outputs({ stack });
      return [outputs["own"]?.value, [...new Set(said.filter((line) => /^in /.test(line)))]];
    });
    assert.deepEqual(
      await Promise.all(all),
      stacks.map((stack) => [stack, [`in ${stack}`]]),
    );
  });
});
