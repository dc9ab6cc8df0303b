import assert from "node:assert/strict";
import { readMigrations } from "../../src/migrations.js";
import { MigrationError, migrate } from "../../src/migrator.js";
import { createDatabase, PASSWORD, query } from "../support/containers.js";
import { sharedPostgres } from "../support/shared.js";
import { runNode, spawnNode } from "../support/servers.js";

describe("the migration task", function () {
  this.timeout(40_000);
  /** @type {import("../support/containers.js").Running} */
  let postgres;
  /** @type {string} */
  let url;

  before(async () => {
    postgres = await sharedPostgres();
  });
  beforeEach(async () => {
    url = await createDatabase(postgres);
  });

  const run = (/** @type {string[]} */ ...args) =>
    runNode(["migrate.js", ...args], { DATABASE_URL: url, MIGRATE_DEADLINE_SECONDS: "5" });

  it("applies every file once, in order, and prints the head", async () => {
    const first = await run();
    assert.equal(first.exitCode, 0, first.output);
    assert.match(first.output, /applied 0001_.*\napplied 0002_.*\napplied 0003_.*\nhead 0003\n$/s);
    const second = await run();
    assert.equal(second.exitCode, 0, second.output);
    assert.equal(second.output, "nothing to apply\nhead 0003\n");
    const rows = await query(url, "SELECT name FROM schema_migrations ORDER BY version");
    assert.equal(rows.length, 3);
    await query(url, "SELECT * FROM purchases, last_purchases, idempotency_keys");
  });

  it("lets five at once apply each file once", async () => {
    const runs = await Promise.all([run(), run(), run(), run(), run()]);
    assert.deepEqual(
      runs.map(({ exitCode }) => exitCode),
      [0, 0, 0, 0, 0],
    );
    const applied = runs.flatMap(({ output }) => output.match(/^applied \S+/gm) ?? []);
    assert.equal(applied.length, 3);
  });

  it("tells what is applied and what is pending", async () => {
    assert.match((await run("--status")).output, /pending 0001_.*\npending 0002_/);
    await run();
    const { exitCode, output } = await run("--status");
    assert.equal(exitCode, 0);
    assert.match(output, /applied 0001_.*\napplied 0002_.*\napplied 0003_.*\nhead 0003\n/);
  });

  it("refuses a file that was changed after it was applied, with exit code 5", async () => {
    await run();
    await query(url, "UPDATE schema_migrations SET checksum = 'other' WHERE version = 2");
    const { exitCode, output } = await run();
    assert.equal(exitCode, 5);
    assert.match(output, /0002_create_last_purchases\.sql was changed after it was applied/);
  });

  it("leaves a database alone that a later version has migrated", async () => {
    await run();
    await query(url, "INSERT INTO schema_migrations VALUES (4, '0004_later.sql', 'x', now(), 1)");
    const { exitCode, output } = await run();
    assert.equal(exitCode, 0);
    assert.match(output, /ahead of this version, at 0004: nothing to do/);
  });

  it("rolls a failing file back whole and keeps those before it", async () => {
    const good = await readMigrations();
    const sql = "CREATE TABLE half (id int); SELECT 1/0;";
    const bad = { version: 4, name: "0004_bad.sql", sql, checksum: "x" };
    /** @type {string[]} */
    const lines = [];
    const signal = new AbortController().signal;
    await assert.rejects(
      migrate([...good, bad], {
        databaseUrl: url,
        deadlineMs: 1000,
        print: (l) => void lines.push(l),
        signal,
      }),
      (error) =>
        error instanceof MigrationError &&
        error.exitCode === 1 &&
        error.message === "0004_bad.sql failed and was rolled back: division by zero",
    );
    assert.equal(lines.length, 3);
    const [row] = await query(
      url,
      "SELECT to_regclass('half') AS half, max(version) AS head FROM schema_migrations",
    );
    assert.deepEqual(row, { half: null, head: 3 });
  });

  it("gives up on the lock of another migration after the deadline, with exit code 4", async () => {
    const { exitCode, output } = await withLock(url, () =>
      runNode(["migrate.js"], { DATABASE_URL: url, MIGRATE_DEADLINE_SECONDS: "1" }),
    );
    assert.equal(exitCode, 4);
    assert.match(output, /another migration has held the lock for 1 s/);
  });

  it("stops on SIGTERM while it waits, and leaves nothing behind", async () => {
    await withLock(url, async () => {
      const child = spawnNode(["migrate.js"], { DATABASE_URL: url });
      while (!child.output().includes("waiting for another"))
        await new Promise((r) => setTimeout(r, 20));
      child.kill("SIGTERM");
      assert.equal(await child.exited, 1);
      assert.match(child.output(), /stopped by SIGTERM/);
    });
    assert.equal((await run()).exitCode, 0);
  });

  it("waits for the database only until the deadline, with exit code 3", async () => {
    const env = {
      DATABASE_URL: "postgres://u:hidden-pw@127.0.0.1:9/x",
      MIGRATE_DEADLINE_SECONDS: "1",
    };
    const { exitCode, output } = await runNode(["migrate.js"], env);
    assert.equal(exitCode, 3);
    assert.match(output, /no connection to the database within 1 s: .*ECONNREFUSED/);
    assert.ok(!output.includes("hidden-pw"));
  });

  it("does not wait for a wrong password, nor print it", async () => {
    const started = Date.now();
    const env = { DATABASE_URL: url.replace(encodeURIComponent(PASSWORD), "wr0ng-pw") };
    const { exitCode, output } = await runNode(["migrate.js"], env);
    assert.equal(exitCode, 3);
    assert.match(output, /password authentication failed/);
    assert.ok(!output.includes("wr0ng-pw") && !output.includes(PASSWORD));
    assert.ok(Date.now() - started < 5000);
  });

  it("prints the head that the code needs without a database", async () => {
    assert.deepEqual(await runNode(["migrate.js", "--head"], {}), {
      exitCode: 0,
      output: "0003\n",
    });
  });

  it("answers wrong arguments and settings with exit code 2", async () => {
    assert.equal((await run("--down")).exitCode, 2);
    const { exitCode, output } = await runNode(["migrate.js"], {
      MIGRATE_DEADLINE_SECONDS: "soon",
    });
    assert.equal(exitCode, 2);
    assert.match(output, /DATABASE_URL is missing/);
    assert.match(output, /MIGRATE_DEADLINE_SECONDS must be a number from 0 to 3600, got "soon"/);
  });
});

/**
 * @template T
 * @param {string} url
 * @param {() => Promise<T>} work
 */
async function withLock(url, work) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${0x6c616e64})`);
    return await work();
  } finally {
    await client.end();
  }
}
