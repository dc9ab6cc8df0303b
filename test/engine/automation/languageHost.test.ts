import * as assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";

import type { DeployEvent } from "../../../automation/events";
import { descendantsOf, gone } from "../../../automation/engine/processTree";
import { usedProviders, usedProvidersFile } from "../../../toolchain/languageHost/providers";
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

function noted({ dir }: TestProject, stack: string): string[] {
  const request = new RunRequest()
    .setInfo(new ProgramInfo().setProgramDirectory(dir))
    .setOrganization("organization")
    .setProject("tiny")
    .setStack(stack);
  return usedProviders(usedProvidersFile(request)).map(({ name }) => name);
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

  it("is the process that has loaded the SDK while the engine started, with the runtime's options", async () => {
    project = await testProject(`
      const { argv, execArgv } = process;
      new Thing("slow", { value: "1", ms: 800 });
      exports.seen = [argv[1].endsWith("/cmd/run/index.js"), execArgv.includes("--stack-size=900")].join();`);
    project.settings({ nodeargs: "--stack-size=900" });
    project.config("dev", {});
    const operation = project.deployer.up({ stack: "dev" });
    await eventOf(operation.events, ({ kind }) => kind === "resource");
    const lines = (await descendantsOf(process.pid)).map(commandLine);
    await operation;
    assert.equal(lines.filter((line) => line.includes("/bin/warm.cjs")).length, 1);
    assert.equal(lines.filter((line) => line.includes("--monitor")).length, 0);
    const { outputs } = await project.deployer.outputs({ stack: "dev" });
    assert.equal(outputs["seen"]?.value, "true,true");
    assert.deepEqual(noted(project, "dev"), ["pulumi-nodejs"]);
  });

  it("is another process where main leads to another folder, and none is left of what was not run", async () => {
    project = await testProject("");
    mkdirSync(join(project.dir, "sub"));
    writeFileSync(join(project.dir, "sub", "index.js"), "exports.here = process.cwd();");
    project.settings({}, "sub/index.js");
    project.config("dev", {});
    await project.deployer.up({ stack: "dev" });
    const { outputs } = await project.deployer.outputs({ stack: "dev" });
    assert.equal(outputs["here"]?.value, join(project.dir, "sub"));

    project.settings({});
    const env = { ...project.env, PULUMI_CONFIG_PASSPHRASE: "not the right one" };
    const refused = project.with({ env }).preview({ stack: "dev" });
    await assert.rejects(refused.result, { code: "wrong_passphrase" });
    const left = (await descendantsOf(process.pid)).map(commandLine);
    assert.deepEqual(
      left.filter((line) => line.includes("warm.cjs")),
      [],
    );
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
