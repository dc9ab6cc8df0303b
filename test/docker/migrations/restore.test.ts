import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import execa from "execa";
import { backUp } from "../../../components/docker/dynamic/schema/backup";
import { query } from "../../../components/docker/dynamic/schema/history";
import { restore } from "../../../components/docker/dynamic/schema/restore";
import type { SchemaBackup } from "../../../components/migrations/status";
import { ROOT } from "../../support/program";
import { docker } from "../stack/harness";

const SERVER = "lfrestore-db";
const DATABASE = { component: "db", name: "app", role: "app", server: SERVER };
const POSTGRES = { name: "postgres", server: SERVER };

/** An index whose restoring takes seconds: there is time to end things half way. */
const CONTENT = `
CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_catalog.pg_sleep(1.5); RETURN $1; END';
CREATE TABLE items (id int);
CREATE INDEX slowly ON items (slow(id));
INSERT INTO items VALUES (1), (2);
GRANT ALL ON items TO app`;

/** What a command does that is to be killed: in a process of its own. */
const RESTORE = `
const { restore } = require(${JSON.stringify(path.join(ROOT, "bin/load.cjs"))})("components/docker/dynamic/schema/restore");
const [database, backup] = JSON.parse(process.argv[1]);
restore(database, backup).then(console.log);`;

describe("a restore on a real database that is cut off", function () {
  this.timeout(180_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lfrestore-"));
  let backup: SchemaBackup;

  before(async () => {
    await docker("rm", "-f", SERVER).catch(() => "");
    const settings = ["-e", "POSTGRES_PASSWORD=test", "--tmpfs", "/tmp", "postgres:15-bookworm"];
    await docker("run", "-d", "--name", SERVER, ...settings);
    await until(answers, "the server");
    await query(POSTGRES, "CREATE ROLE app LOGIN");
    await query(POSTGRES, "CREATE DATABASE app OWNER app");
    await query(DATABASE, CONTENT);
    backup = await backUp(DATABASE, folder, "0001_items", 60_000);
    await query(DATABASE, "DROP INDEX slowly");
    await query(DATABASE, "DELETE FROM items WHERE id = 2; INSERT INTO items VALUES (3)");
  });

  after(async () => {
    await docker("rm", "-f", "-v", SERVER).catch(() => "");
    fs.rmSync(folder, { recursive: true, force: true });
  });

  // The first start of a new cluster listens on no address, so that this is the real one.
  async function answers(): Promise<boolean> {
    return (await query(POSTGRES, "SELECT 1"))[0] === "1";
  }

  async function databases(): Promise<string[]> {
    return query(POSTGRES, "SELECT datname FROM pg_database WHERE datname ~ '^app' ORDER BY 1");
  }

  async function copies(): Promise<number> {
    const sql = "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '_restored_'";
    return Number((await query(POSTGRES, sql))[0]);
  }

  async function halfWay(): Promise<void> {
    await until(async () => {
      const sql =
        "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '_restored_' AND query ~ 'INDEX slowly'";
      return (await query(POSTGRES, sql))[0] === "1";
    }, "the restore to be half way");
  }

  /** The database is as it was, and takes reads and writes. */
  async function asItWas(value: number): Promise<void> {
    await query(DATABASE, `SET ROLE app; INSERT INTO items VALUES (${value})`);
    const ids = await query(DATABASE, "SELECT id FROM items ORDER BY id");
    assert.deepEqual(ids.slice(0, 2), ["1", "3"]);
    assert.equal(ids.at(-1), String(value));
  }

  it("with its process leaves the database as it was, open all the while", async () => {
    const args = ["-e", RESTORE, JSON.stringify([DATABASE, backup])];
    const child = execa(process.execPath, args, { cwd: ROOT, reject: false });
    await halfWay();
    await asItWas(10);
    child.kill("SIGKILL");
    await child;
    // The server may bring the copy to its end, but nobody is there to put it in the database's place.
    await until(async () => (await copies()) === 0, "the copy to end");
    await asItWas(11);
  });

  it("with the server leaves the database as it was, and the next one goes through", async () => {
    const running = restore(DATABASE, backup);
    running.catch(() => undefined);
    await halfWay();
    await docker("kill", SERVER);
    await assert.rejects(running);
    await docker("start", SERVER);
    await until(answers, "the server to be back");
    await asItWas(12);
    assert.ok((await databases()).some((name) => name.includes("_restored_")));

    const client = execa(
      "docker",
      ["exec", SERVER, "psql", "-U", "postgres", "-d", "app", "-c", "SELECT pg_sleep(60)"],
      { reject: false },
    );
    const kept = await restore(DATABASE, backup);
    assert.notEqual((await client).exitCode, 0);
    assert.deepEqual(await query(DATABASE, "SELECT id FROM items ORDER BY id"), ["1", "2"]);
    const before = await query({ ...DATABASE, name: kept }, "SELECT id FROM items ORDER BY id");
    assert.deepEqual([before.slice(0, 2), before.at(-1)], [["1", "3"], "12"]);
    assert.deepEqual(await databases(), ["app", kept]);
  });
});

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited a minute in vain for ${what}`);
    await sleep(100);
  }
}
