import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { DeployEvent } from "../../../automation/events";
import { testProject } from "./support";
import type { TestProject } from "./support";

const random = `const random = require("@pulumi/random");
class Db extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("landfall:index:ManagedPostgres", name, {}, opts);
    new random.RandomPassword(name + "-password",
      { length: Number(config.get("length") || 20), keepers: { version: config.get("version") || "1" } },
      { parent: this, protect: config.getBoolean("protect") });
    this.registerOutputs();
  }
}
exports.services = {};`;
const both = `${random} const db = new Db("db");
  new Thing("web", { value: config.get("v") || "1", fail: config.get("fail") }, { dependsOn: db });`;

describe("an update that would lose data, on the real engine", () => {
  let project: TestProject;
  let restore: () => void;

  before(async () => {
    project = await testProject(`${random} new Db("db"); new Thing("web", { value: "1" });`);
    project.config("dev", {});
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
    restore = project.keep();
  });

  beforeEach(() => {
    restore();
  });

  after(() => {
    project.remove();
  });

  const passwords = (): string[] => {
    const file = join(project.state, ".pulumi/stacks/tiny/dev.json");
    return Array.from(
      readFileSync(file, "utf8").matchAll(/RandomPassword::([\w-]+)"/g),
      ([, name = ""]) => name,
    );
  };
  const refused = (allow: string[] = []): Promise<void> =>
    assert.rejects(project.deployer.up({ stack: "dev", allowDataLoss: allow }).result, {
      code: "refused",
      exitCode: 6,
    });

  it("is refused when a component is renamed, told by preview, and done once it is named", async () => {
    project.program(`${random} new Db("store"); new Thing("web", { value: "1" });`);
    const shown = await project.deployer.preview({ stack: "dev" });
    assert.deepEqual(
      shown.dataLoss.map(({ name, op, names }) => [name, op, names]),
      [["db-password", "delete", ["db-password", "db"]]],
    );
    assert.ok(shown.changed);
    await refused();
    await refused(["store", "web"]);
    assert.deepEqual([...new Set(passwords())], ["db-password"]);
    const done = await project.deployer.up({ stack: "dev", allowDataLoss: ["db"] });
    assert.equal(done.verdict, "deployed");
    assert.ok(passwords().includes("store-password") && !passwords().includes("db-password"));
    const [release] = (await project.deployer.history({ stack: "dev" })).releases;
    assert.match(release?.allowedDataLoss?.[0]?.urn ?? "", /db-password$/);
  });

  it("lets an alias keep what a rename would lose", async () => {
    project.program(
      `${random} new Db("store", { aliases: [{ name: "db" }] }); new Thing("web", { value: "1" });`,
    );
    const { verdict, changes } = await project.deployer.up({ stack: "dev" });
    assert.deepEqual([verdict, changes.delete, changes.create], ["unchanged", 0, 0]);
    assert.ok(passwords().includes("store-password"));
  });

  it("is refused when it is taken out of the program, with its protection gone before", async () => {
    project.config("dev", { protect: true });
    await project.deployer.up({ stack: "dev" });
    project.program(`exports.services = {};`);
    await assert.rejects(project.deployer.up({ stack: "dev", allowDataLoss: ["db"] }).result, {
      code: "protected",
      exitCode: 6,
    });
    project.program(`${random} new Db("db"); new Thing("web", { value: "1" });`);
    project.config("dev", { protect: false });
    await project.deployer.up({ stack: "dev" });
    project.program(`exports.services = {};`);
    await refused();
    assert.ok(passwords().includes("db-password"));
  });

  it("is refused for a replacement, a rollback's too, while a new password may be asked for", async () => {
    project.config("dev", { version: "2" });
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
    project.config("dev", { version: "2", length: 30 });
    await refused();
    const done = await project.deployer.up({ stack: "dev", allowDataLoss: ["db-password"] });
    assert.equal(done.verdict, "deployed");
    await assert.rejects(project.deployer.rollback({ stack: "dev", to: 2 }).result, {
      code: "refused",
    });
    const back = { stack: "dev", to: 2, allowDataLoss: ["db"] };
    assert.equal((await project.deployer.rollback(back)).verdict, "deployed");
  });

  it("leaves the preview out where an earlier one has shown that nothing would change", async () => {
    const git = (...args: string[]): void => {
      const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
      execFileSync("git", [...who, ...args], { cwd: project.dir, stdio: "ignore" });
    };
    git("init");
    writeFileSync(join(project.dir, ".gitignore"), "state\n");
    git("add", "-A");
    git("commit", "-m", "one");
    const phases = async (): Promise<string[]> => {
      const result = await project.deployer.up({ stack: "dev" });
      return result.phases.map(({ phase }) => phase);
    };
    assert.ok((await phases()).includes("preview"));
    assert.ok(!(await phases()).includes("preview"));
    writeFileSync(join(project.dir, "new.js"), "1");
    assert.ok((await phases()).includes("preview"), "an untracked file may be part of the program");
    rmSync(join(project.dir, "new.js"));
    assert.ok(!(await phases()).includes("preview"));
    project.config("dev", { length: 21 });
    await refused();
    project.config("dev", {});
    project.program(`exports.services = {};`);
    await refused();
  });

  it("tells nothing of its own preview but that it goes on", async () => {
    const events: DeployEvent[] = [];
    project.program(`${random} new Db("db"); new Thing("web", { value: "2" });`);
    await project.deployer.up({ stack: "dev" }, { onEvent: (event) => events.push(event) });
    assert.ok(events.some((event) => event.kind === "phase" && event.phase === "preview"));
    assert.ok(!events.some((event) => event.kind === "resource" && event.planned));
  });

  it("that fails is not undone by itself where the way back would lose data, and is where it would not", async () => {
    project.program(both);
    project.config("dev", { v: "2", fail: "no space" });
    const failed = await project.deployer.up({ stack: "dev" });
    assert.equal(failed.verdict, "rolled_back", JSON.stringify(failed.error));
    project.config("dev", { v: "2", fail: "no space", length: 30 });
    const stuck = await project.deployer.up({ stack: "dev", allowDataLoss: ["db"] });
    assert.equal(stuck.verdict, "failed");
    assert.equal(stuck.rolledBack, undefined);
    assert.equal(stuck.notRolledBack?.to, 1);
    const reason = /it would lose data: .*RandomPassword db-password would be replaced/;
    assert.match(stuck.notRolledBack.reason, reason);
    assert.match(stuck.error?.message ?? "", /no space[^]*release 1 was not put back/);
    assert.match(stuck.error?.fix ?? "", /landfall rollback -s dev --to 1 --allow-data-loss db`/);
    const { release } = await project.deployer.show({ stack: "dev" });
    assert.match(release.notRolledBack?.reason ?? "", reason);
    await assert.rejects(project.deployer.rollback({ stack: "dev", to: 1 }).result, {
      code: "refused",
    });
    const back = { stack: "dev", to: 1, allowDataLoss: ["db"] };
    assert.equal((await project.deployer.rollback(back)).verdict, "deployed");
  });
});

describe("a destroy that would lose data, on the real engine", () => {
  let project: TestProject;

  beforeEach(async () => {
    project = await testProject(both);
    project.config("dev", {});
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
  });

  afterEach(() => {
    project.remove();
  });

  it("is refused before anything is touched, and done once the data is named", async () => {
    const shown = await project.deployer.destroy({ stack: "dev", dryRun: true });
    assert.deepEqual(
      [shown.dataLoss.map(({ name, op }) => [name, op]), shown.toAllow, shown.changes.delete > 1],
      [[["db-password", "delete"]], ["db"], true],
    );
    const before = await project.deployer.status({ stack: "dev" });
    for (const allowDataLoss of [[], ["web"]])
      await assert.rejects(
        project.deployer.destroy({ stack: "dev", allowDataLoss, remove: true }).result,
        (error: Error & { exitCode?: number; fix?: string }) => {
          assert.equal(error.exitCode, 6);
          assert.match(error.message, /RandomPassword db-password would be deleted: it holds/);
          assert.match(error.fix ?? "", /--allow-data-loss db, or/);
          return true;
        },
      );
    const after = await project.deployer.status({ stack: "dev" });
    assert.deepEqual(after.resources, before.resources);
    const done = await project.deployer.destroy({
      stack: "dev",
      allowDataLoss: ["db"],
      remove: true,
    });
    assert.deepEqual(
      [done.removed, done.dataLoss.map(({ name }) => name)],
      [true, ["db-password"]],
    );
  });

  it("keeps what is protected without asking, and takes all of it when told to", async () => {
    project.config("dev", { protect: true });
    await project.deployer.up({ stack: "dev" });
    const kept = await project.deployer.destroy({ stack: "dev", allowDataLoss: ["db"] });
    assert.deepEqual([kept.kept.length, kept.dataLoss], [1, []]);
    const all = { stack: "dev", includeProtected: true, remove: true };
    const shown = await project.deployer.destroy({ ...all, dryRun: true });
    assert.deepEqual(
      [shown.dataLoss.map(({ name }) => name), shown.toAllow],
      [["db-password"], []],
    );
    assert.equal((await project.deployer.destroy(all)).removed, true);
  });

  it("takes the data of a stack whose config has given it up", async () => {
    project.config("dev", { deletionProtection: false });
    const done = await project.deployer.destroy({ stack: "dev", remove: true });
    assert.deepEqual([done.removed, done.dataLoss.length], [true, 1]);
  });
});
