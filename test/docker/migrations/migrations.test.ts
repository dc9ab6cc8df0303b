import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { PORTS } from "../addresses";
import { exitCodes } from "../../../automation/errors";
import { endsIn, losesNothing } from "../../support/ends";
import { docker, removeProject } from "../stack/harness";
import { MigrationsProject } from "./project";

const CREATE = "CREATE TABLE items (id int PRIMARY KEY, name text, legacy text DEFAULT 'old');";
const one = { "0001_items.sql": CREATE };
const two = { ...one, "0002_price.sql": "ALTER TABLE items ADD price int DEFAULT 5;" };
const three = {
  ...two,
  "0003_title.sql": "-- landfall: contracting\nALTER TABLE items RENAME name TO title;",
  "0003_title.down.sql": "ALTER TABLE items RENAME title TO name;",
};
const four = {
  ...three,
  "0004_legacy.sql": "-- landfall: contracting\nALTER TABLE items DROP legacy;",
};
const five = {
  ...four,
  "0005_note.sql": "ALTER TABLE items ADD note text;",
  "0006_slow.sql": "ALTER TABLE items ADD slow int; SELECT pg_sleep(6);",
};
const six = {
  ...five,
  "0007_price.sql": "-- landfall: contracting\nALTER TABLE items DROP price;",
};

/** Time to end a restore half way: the index is made at its end, and takes a while. */
const SLOW_TO_RESTORE = `
CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_catalog.pg_sleep(1.5); RETURN $1; END';
CREATE INDEX slowly ON items (slow(id))`;
const RESTORING = "SELECT pid FROM pg_stat_activity WHERE query ~ '^CREATE INDEX slowly'";

describe("migrations and rollbacks on a real database", function () {
  this.timeout(600_000);
  const project = new MigrationsProject("lfmig", PORTS.migrations);
  const rollback = (args: object = {}) => project.deployer.rollback({ stack: "dev", ...args });

  before(async () => {
    await project.open();
    await project.remove();
    await removeProject(project.name);
    project.write();
    const versions = { one, two, three, four, five, "six-bad": six };
    for (const [name, files] of Object.entries(versions)) project.version(name, files);
  });
  after(() => project.remove());

  it("run on the first deploy, and a rollback over what only added is safe", async () => {
    const first = await project.up("one");
    assert.equal(first.verdict, "deployed", JSON.stringify(first.error));
    await project.rows("INSERT INTO items (id, name) VALUES (1, 'milk')");
    assert.equal((await project.up("two")).verdict, "deployed");
    await project.rows("INSERT INTO items (id, name) VALUES (2, 'bread')");
    const back = await rollback();
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.deepEqual(
      back.migrations.map(({ job, kind, head, to }) => [job, kind, head, to]),
      [["migrate", "safe", "0002_price", "0001_items"]],
    );
    assert.equal(await project.serving(), "one");
    assert.equal(await project.head(), "2");
    assert.deepEqual(await project.rows("SELECT id, name, price FROM items ORDER BY id"), [
      "1|milk|5",
      "2|bread|5",
    ]);
    const { outputs } = await project.deployer.outputs({ stack: "dev" });
    const status = (outputs.migrations?.value as Record<string, { output: string; head: string }>)
      .migrate;
    assert.equal(status?.head, "0001_items");
    assert.match(status.output, /the database is at 0002_price, beyond 0001_items/);
  });

  it("back a contracting one up first, and undo it when told to, with every row", async () => {
    assert.equal((await project.up("two")).verdict, "deployed");
    const up = await project.up("three");
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    const [file = "", ...others] = readdirSync(project.backups).filter((each) =>
      each.endsWith(".dump"),
    );
    assert.deepEqual(others, []);
    assert.equal(statSync(join(project.backups, file)).mode & 0o777, 0o600);
    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.deepEqual(releases[0]?.backups, [file.replace(".dump", "")]);
    await project.rows("INSERT INTO items (id, title) VALUES (3, 'eggs')");
    await assert.rejects(
      rollback().result,
      (error: Error & { exitCode?: number; fix?: string }) => {
        assert.equal(error.exitCode, 6);
        assert.match(error.message, /needs-down-migration: 0003_title takes away/);
        assert.match(error.fix ?? "", /--migrate-down/);
        return true;
      },
    );
    assert.equal(await project.serving(), "three");
    const back = await rollback({ migrateDown: true });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(await project.serving(), "two");
    assert.equal(await project.head(), "2");
    assert.deepEqual(await project.rows("SELECT name FROM items ORDER BY id"), [
      "milk",
      "bread",
      "eggs",
    ]);
  });

  it("without a way down go back by the backup alone, when its loss is allowed", async () => {
    assert.equal((await project.up("three")).verdict, "deployed");
    await project.rows(SLOW_TO_RESTORE);
    assert.equal((await project.up("four")).verdict, "deployed");
    await project.rows("DROP INDEX slowly");
    await project.rows("INSERT INTO items (id, title) VALUES (4, 'late')");
    await assert.rejects(rollback().result, /needs-restore: 0004_legacy .*no way down/);
    await assert.rejects(
      rollback({ restoreBackup: true }).result,
      (error: Error & { fix?: string }) => /--allow-data-loss db/.test(error.fix ?? ""),
    );
    assert.equal((await project.rows("SELECT id FROM items")).length, 4);
    const killed = rollback({ restoreBackup: true, allowDataLoss: ["db"] }).result;
    killed.catch(() => undefined);
    await until(async () => (await project.rows(RESTORING)).length === 1);
    await docker("kill", project.server);
    await assert.rejects(killed, { code: "migration_failed" });
    await docker("start", project.server);
    await until(async () => (await project.rows("SELECT id FROM items")).length === 4);
    assert.equal(await project.serving(), "four");
    const back = await rollback({ restoreBackup: true, allowDataLoss: ["db"] });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(await project.serving(), "three");
    await project.rows("DROP INDEX slowly");
    const databases = await project.rows("SELECT datname FROM pg_database WHERE datname ~ '^app'");
    assert.equal(databases.length, 2, databases.join("\n"));
    assert.deepEqual(await project.rows("SELECT title, legacy FROM items ORDER BY id"), [
      "milk|old",
      "bread|old",
      "eggs|old",
    ]);
    const { releases } = await project.deployer.history({ stack: "dev" });
    const [change] = releases[0]?.schemaChanges ?? [];
    assert.equal(change?.kind, "restored");
    assert.deepEqual(await project.rows("SELECT title FROM items WHERE id = 4", change.kept), [
      "late",
    ]);
    const [owner] = await project.rows(
      "SELECT tableowner FROM pg_tables WHERE tablename = 'items'",
    );
    assert.equal(owner, "app");
  });

  it("are frozen where there is neither, and nothing is touched", async () => {
    assert.equal((await project.up("four")).verdict, "deployed");
    rmSync(project.backups, { recursive: true });
    await assert.rejects(rollback().result, /frozen: .*nor a backup from before 0004_legacy/);
    const shown = await rollback({ dryRun: true });
    assert.equal(shown.migrations[0]?.kind, "frozen");
    assert.equal(await project.serving(), "four");
  });

  it("go on from where a killed task has stopped", async () => {
    const running = project.up("five");
    await until(async () => (await project.head()) === "5");
    await docker("kill", `${project.name}-dev-migrate`);
    const failed = await running;
    endsIn(failed, "rolled_back", exitCodes.rolledBack);
    losesNothing(failed);
    assert.equal(failed.error?.code, "migration_failed");
    assert.equal(await project.head(), "5");
    assert.equal(await project.serving(), "four");
    const again = await project.up("five");
    assert.equal(again.verdict, "deployed", JSON.stringify(again.error));
    assert.equal(await project.head(), "6");
    assert.equal((await project.rows("SELECT id FROM items")).length, 3);
  });

  it("keep an update that failed from putting code back that the schema has no place for", async () => {
    const failed = await project.up("six-bad");
    endsIn(failed, "failed", exitCodes.failed);
    assert.match(failed.error?.message ?? "", /frozen: release \d+ was not put back/);
    assert.match(failed.notRolledBack?.reason ?? "", /needs-restore: 0007_price/);
    assert.equal(await project.serving(), "five");
    assert.equal(await project.head(), "7");
    assert.equal((await project.rows("SELECT id FROM items")).length, 3);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error("waited two minutes in vain");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
