import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as path from "node:path";
import type { TestProject } from "../../engine/automation/support";
import { testProject } from "../../engine/automation/support";
import { ROOT } from "../../support/program";
import { SUBNETS } from "../addresses";
import { docker } from "../stack/harness";

const NAME = "lfloss";
const SERVER = `${NAME}-dev-db`;
const VOLUMES = ["volume", "ls", "-q", "--filter", `label=landfall.project=${NAME}`];

const PROGRAM = `
const { Environment, ManagedPostgres } = require(${JSON.stringify(path.join(ROOT, "bin/load.cjs"))})("components");
const environment = new Environment("shop", { docker: { subnet: "${SUBNETS.dataLoss}.0/24" } });
const volume = config.get("volume");
const db = config.get("without") ? [] : [new ManagedPostgres("db", {
  environment,
  memory: "128MB",
  deletionProtection: false,
  transform: volume ? { volume: { name: volume } } : {},
})];
if (config.get("fail")) new Thing("web", { value: "1", fail: config.get("fail") }, { dependsOn: db });
Object.assign(exports, { platform: "docker", services: {} });
`;

describe("an update that would lose the data of a real database", function () {
  this.timeout(300_000);
  let project: TestProject;
  const stack = { stack: "dev" };
  const allowed = { ...stack, allowDataLoss: ["db"] };

  before(async () => {
    await clear();
    project = await testProject(PROGRAM, { name: NAME });
    project.config("dev", {});
    const up = await project.deployer.up(stack);
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    await rows("CREATE TABLE items (id int)", "INSERT INTO items VALUES (1)");
  });

  after(async () => {
    await clear();
    project.remove();
  });

  async function clear(): Promise<void> {
    const own = ["--filter", `label=landfall.project=${NAME}`];
    for (const [list, remove] of [
      ["ps -aq", "rm -f"],
      ["network ls -q", "network rm"],
      ["volume ls -q", "volume rm"],
    ] as const) {
      const ids = (await docker(...list.split(" "), ...own)).split("\n").filter((id) => id !== "");
      if (ids.length > 0) await docker(...remove.split(" "), ...ids);
    }
  }

  async function rows(...statements: string[]): Promise<string[]> {
    const psql = `PGPASSWORD="$POSTGRES_PASSWORD" exec psql -XAtq -h 127.0.0.1 -U postgres -d app "$@"`;
    const commands = statements.flatMap((sql) => ["-c", sql]);
    const text = await docker("exec", SERVER, "sh", "-c", psql, "psql", ...commands);
    return text.split("\n").filter((line) => line !== "");
  }

  const refused = (step: { result: Promise<unknown> }): Promise<void> =>
    assert.rejects(step.result, {
      code: "refused",
      exitCode: 6,
      message: /Volume db-data would be/,
    });
  const untouched = async (): Promise<void> => {
    assert.deepEqual(await rows("SELECT id FROM items"), ["1"]);
  };

  it("is refused where its volume is replaced, or its component taken out, or all destroyed", async () => {
    project.config("dev", { volume: `${NAME}-other` });
    const shown = await project.deployer.preview(stack);
    assert.deepEqual(shown.dataLoss.map(({ name, op }) => `${name} ${op}`).sort(), [
      "db-data replace",
      "db-server replace",
    ]);
    await refused(project.deployer.up(stack));
    project.config("dev", { without: true });
    await refused(project.deployer.up(stack));
    await refused(project.deployer.destroy(stack));
    await untouched();
  });

  it("is done once it is allowed, and not undone by itself when it fails", async () => {
    const before = await docker(...VOLUMES);
    project.config("dev", { volume: `${NAME}-other`, fail: "no luck" });
    const failed = await project.deployer.up(allowed);
    assert.equal(failed.verdict, "failed", JSON.stringify(failed.error));
    assert.match(failed.notRolledBack?.reason ?? "", /it would lose data: .*Volume db-data/);
    const volumes = await docker(...VOLUMES);
    assert.match(volumes, new RegExp(`^${NAME}-other$`, "m"));
    assert.notEqual(volumes, before);
    await answers();
    await rows("CREATE TABLE others (id int)");
    project.config("dev", { volume: `${NAME}-other` });
    const up = await project.deployer.up(allowed);
    // That the engine takes away at last what was replaced need not count as a change.
    assert.ok(["deployed", "unchanged"].includes(up.verdict), JSON.stringify(up.error));
    assert.deepEqual(await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"), [
      "others",
    ]);
    assert.doesNotMatch(await docker(...VOLUMES), new RegExp(`^${NAME}-dev-db-data$`, "m"));
  });

  it("is a destroy that names it, after which nothing is left", async () => {
    const done = await project.deployer.destroy({ ...allowed, remove: true });
    assert.ok(done.removed);
    assert.ok(done.dataLoss.some(({ name }) => name === "db-data"));
    assert.equal(await docker(...VOLUMES), "");
  });

  async function answers(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while ((await rows("SELECT 1").catch(() => [])).length === 0) {
      if (Date.now() > deadline) throw new Error("the database did not answer within a minute");
      await sleep(200);
    }
  }
});
