import * as assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { CancelledError, exitCodes } from "../../../automation/errors";
import { descendantsOf, isAlive, killTree } from "../../../automation/engine/processTree";
import { eventOf, testProject } from "./support";
import type { TestProject } from "./support";

function locks(project: TestProject): string[] {
  return readdirSync(join(project.state, ".pulumi/locks"), {
    recursive: true,
    encoding: "utf8",
  }).filter((file) => file.endsWith(".json"));
}

/** Pid of the engine that holds the lock of stack dev. */
function enginePid(project: TestProject): number {
  const [file] = locks(project);
  assert.ok(file, "no lock is held");
  return (
    JSON.parse(readFileSync(join(project.state, ".pulumi/locks", file), "utf8")) as { pid: number }
  ).pid;
}

async function goneSoon(pids: readonly number[]): Promise<void> {
  for (let i = 0; i < 100 && pids.some(isAlive); i++) await new Promise((r) => setTimeout(r, 100));
  assert.deepEqual(pids.filter(isAlive), []);
}

const slow = (ms: number, type = "landfall:Gate"): string => `
  const first = new Thing("first", { value: "1", journal: __dirname + "/journal" });
  const props = { value: "1", ms: ${ms}, journal: __dirname + "/journal" };
  new Thing("slow", props, { dependsOn: first }, "${type}");
  exports.services = {};`;

const creatingSlow = (event: { kind: string }): boolean =>
  event.kind === "resource" && "name" in event && event.name === "slow";

/** Waits until the provider of "slow" is at work: the engine tells of a step before it asks for it. */
async function slowAtWork(project: TestProject): Promise<void> {
  const journal = join(project.dir, "journal");
  const count = (): number => readFileSync(journal, "utf8").match(/^creating /gm)?.length ?? 0;
  for (let i = 0; i < 300 && count() < 2; i++) await new Promise((r) => setTimeout(r, 100));
  assert.equal(count(), 2);
}

describe("Stopping an update on the real engine", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("starts nothing when the signal was aborted before", async () => {
    project = await testProject(slow(0));
    project.config("dev", {});
    const operation = project.deployer.up(
      { stack: "dev" },
      { signal: AbortSignal.abort("no more") },
    );
    await assert.rejects(operation.result, (error) => {
      assert.ok(error instanceof CancelledError);
      assert.equal(error.exitCode, exitCodes.cancelled);
      assert.match(error.message, /no more/);
      return true;
    });
    assert.equal(readdirSync(project.state).length, 0);
  });

  it("lets the engine finish what it is doing, frees the lock and goes on from there", async () => {
    project = await testProject(slow(1500));
    project.config("dev", {});
    const abort = new AbortController();
    const operation = project.deployer.up({ stack: "dev" }, { signal: abort.signal });
    await eventOf(operation.events, creatingSlow);
    const processes = await descendantsOf(process.pid);
    abort.abort();
    await assert.rejects(operation.result, { code: "cancelled", exitCode: 130 });
    await goneSoon(processes);
    assert.deepEqual(locks(project), []);
    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.equal(releases[0]?.state, "cancelled");
    project.program(slow(0));
    const again = await project.deployer.up({ stack: "dev" });
    assert.equal(again.verdict, "unchanged", "what was under way was finished and recorded");
  });

  it("kills an engine that does not end, with its plugins, and the next update converges", async () => {
    project = await testProject(slow(120_000));
    project.config("dev", {});
    const deployer = project.with({ interruptAfterSeconds: 0.3, killAfterSeconds: 0.3 });
    const operation = deployer.up({ stack: "dev" });
    await eventOf(operation.events, creatingSlow);
    const processes = await descendantsOf(process.pid);
    const started = Date.now();
    operation.cancel("too slow");
    await assert.rejects(operation.result, { code: "cancelled" });
    assert.ok(Date.now() - started < 15_000);
    await goneSoon(processes);
    assert.deepEqual(locks(project), []);
    project.program(slow(0));
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
  });

  it("mends the lock, the pending operation and the release of an engine that was killed", async () => {
    project = await testProject(slow(120_000));
    project.config("dev", {});
    const operation = project.deployer.up({ stack: "dev" });
    await eventOf(operation.events, creatingSlow);
    await slowAtWork(project);
    await killTree(enginePid(project));
    const result = await operation;
    assert.equal(result.verdict, "failed");
    assert.equal(result.error?.code, "engine");
    const checks = await project.deployer.doctor({ stack: "dev" });
    assert.ok(
      checks.checks.some(({ name, status }) => name === "lock" && status === "failed"),
      JSON.stringify(checks),
    );

    project.program(slow(0));
    const again = project.deployer.up({ stack: "dev" });
    const actions: string[] = [];
    for await (const event of again.events)
      if (event.kind === "recovery") actions.push(event.action);
    assert.equal((await again).verdict, "deployed");
    assert.deepEqual(actions, ["lock-cleared", "pending-cleared"]);
    assert.deepEqual((await project.deployer.up({ stack: "dev" })).verdict, "unchanged");
    const journal = readFileSync(join(project.dir, "journal"), "utf8");
    assert.equal(journal.match(/^creating /gm)?.length, 3, journal);
  });

  it("refuses what cannot be mended safely, and refresh clears it", async () => {
    project = await testProject(slow(120_000, "test:Thing"));
    project.config("dev", {});
    const operation = project.deployer.up({ stack: "dev" });
    await eventOf(operation.events, creatingSlow);
    await slowAtWork(project);
    await killTree(enginePid(project));
    await operation;
    project.program(slow(0, "test:Thing"));
    await assert.rejects(project.deployer.up({ stack: "dev" }).result, (error: Error) => {
      assert.match(error.message, /test:Thing slow/);
      return "code" in error && error.code === "pending_operations";
    });
    await project.deployer.refresh({ stack: "dev" });
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
  });
});

describe("Operations side by side", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("share nothing: two stacks deploy at once in one process, and its environment stays as it was", async () => {
    project = await testProject(`
      new Thing("a", { value: config.require("who"), ms: 500 });
      exports.who = config.require("who"); exports.env = process.env.WHO || "none"; exports.services = {};`);
    project.config("one", { who: "anna" });
    project.config("two", { who: "bert" });
    const before = { ...process.env };
    const [one, two] = await Promise.all([
      project.with({ env: { ...project.env, WHO: "env-one" } }).up({ stack: "one" }),
      project.with({ env: { ...project.env, WHO: "env-two" } }).up({ stack: "two" }),
    ]);
    assert.deepEqual([one.verdict, two.verdict], ["deployed", "deployed"]);
    assert.deepEqual({ ...process.env }, before);
    const shown = await Promise.all(
      ["one", "two"].map(async (stack) => (await project.deployer.outputs({ stack })).outputs),
    );
    assert.deepEqual(
      shown.map(({ who, env }) => [who?.value, env?.value]),
      [
        ["anna", "env-one"],
        ["bert", "env-two"],
      ],
    );
  });

  it("wait for each other on one stack", async () => {
    project = await testProject(`new Thing("a", { value: "1", ms: 1500 }); exports.services = {};`);
    project.config("dev", {});
    await project.deployer.preview({ stack: "dev" });
    const first = project.deployer.up({ stack: "dev" });
    await eventOf(first.events, (event) => event.kind === "resource");
    await assert.rejects(project.deployer.up({ stack: "dev" }).result, {
      code: "locked",
      exitCode: 5,
    });
    const second = await project.deployer.up({ stack: "dev", wait: 60 });
    assert.equal((await first).verdict, "deployed");
    assert.equal(second.verdict, "unchanged");
  });
});
