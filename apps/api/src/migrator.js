import {
  CHANGED,
  FAILED,
  lock,
  messageOf,
  MigrationError,
  USAGE,
  withClient,
} from "./migrationClient.js";
import { formatVersion, headOf } from "./migrations.js";

export { MigrationError };

/**
 * @typedef {import("./migrations.js").Migration} Migration
 * @typedef {{ version: number, name: string, checksum: string }} Applied
 * @typedef {import("./migrationClient.js").Options} Options
 */

// A migration that waits behind a long query would hold up every query behind itself.
const TABLE_LOCK_TIMEOUT = "10s";

const CREATE_HISTORY = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    duration_ms integer NOT NULL
  )`;

/**
 * Applies what is missing, each file in a transaction of its own, under a lock.
 *
 * @param {Migration[]} migrations
 * @param {Options} options
 * @throws {MigrationError}
 */
export async function migrate(migrations, options) {
  await withClient(options, async (client) => {
    await lock(client, options);
    await client.query(CREATE_HISTORY);
    const applied = await readApplied(client);
    const ahead = verify(migrations, applied);
    for (const migration of migrations.slice(applied.length)) {
      await apply(client, migration, options);
    }
    if (ahead > 0) {
      const latest = formatVersion(migrations.length + ahead);
      options.print(`the database is ahead of this version, at ${latest}: nothing to do`);
    } else if (applied.length === migrations.length) {
      options.print("nothing to apply");
    }
    options.print(`head ${headOf(migrations)}`);
  });
}

/**
 * Undoes what was applied after `target`, newest first, each in a transaction of its own, under the lock. Nothing is
 * undone unless everything can be.
 *
 * @param {Migration[]} migrations
 * @param {string} target a file's name without `.sql`, or `base`
 * @param {Options} options
 * @throws {MigrationError}
 */
export async function migrateDown(migrations, target, options) {
  const kept =
    target === "base" ? 0 : migrations.findIndex(({ name }) => name === `${target}.sql`) + 1;
  if (kept === 0 && target !== "base") {
    throw new MigrationError(USAGE, `there is no migration ${target} in this version`);
  }
  await withClient(options, async (client) => {
    await lock(client, options);
    await client.query(CREATE_HISTORY);
    const applied = await readApplied(client);
    const ahead = verify(migrations, applied);
    const undone = migrations.slice(kept, applied.length).reverse();
    const stuck = undone.find(({ down }) => down === undefined);
    if (ahead > 0 || stuck !== undefined) {
      const what = stuck?.name ?? `${applied.at(-1)?.name}, which this version does not know`;
      throw new MigrationError(FAILED, `there is no way down from ${what}: nothing was undone`);
    }
    for (const migration of undone) await undo(client, migration, options);
    if (undone.length === 0) options.print("nothing to undo");
    options.print(`head ${formatVersion(Math.min(kept, applied.length))}`);
  });
}

/**
 * Prints which migrations the database has.
 *
 * @param {Migration[]} migrations
 * @param {Options} options
 * @throws {MigrationError}
 */
export async function readStatus(migrations, options) {
  await withClient(options, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('schema_migrations') AS history");
    const applied = rows[0]?.history === null ? [] : await readApplied(client);
    verify(migrations, applied);
    for (const { version, name } of migrations) {
      options.print(`${version <= applied.length ? "applied" : "pending"} ${name}`);
    }
    for (const { name } of applied.slice(migrations.length)) options.print(`unknown ${name}`);
    options.print(`head ${headOf(migrations)}`);
  });
}

/**
 * @param {import("pg").Client} client
 * @returns {Promise<Applied[]>}
 */
async function readApplied(client) {
  const { rows } = await client.query(
    "SELECT version, name, checksum FROM schema_migrations ORDER BY version",
  );
  return rows;
}

/**
 * Compares what was applied with the files.
 *
 * @param {Migration[]} migrations
 * @param {Applied[]} applied
 * @returns {number} how many migrations the database has that this version does not know
 */
function verify(migrations, applied) {
  for (const [index, row] of applied.entries()) {
    const migration = migrations[index];
    if (row.version !== index + 1) {
      throw new MigrationError(
        CHANGED,
        `schema_migrations has ${row.name}, but not ${formatVersion(index + 1)}`,
      );
    }
    if (migration !== undefined && migration.checksum !== row.checksum) {
      throw new MigrationError(
        CHANGED,
        `migrations/${migration.name} was changed after it was applied (as ${row.name}):` +
          ` applied ${row.checksum}, now ${migration.checksum}. Restore it and add a new file instead`,
      );
    }
  }
  return Math.max(applied.length - migrations.length, 0);
}

/**
 * @param {import("pg").Client} client
 * @param {Migration} migration
 * @param {Options} options
 */
async function apply(client, { version, name, sql, checksum }, { print }) {
  const started = Date.now();
  await inTransaction(client, name, async () => {
    await client.query(sql);
    await client.query(
      "INSERT INTO schema_migrations (version, name, checksum, duration_ms) VALUES ($1, $2, $3, $4)",
      [version, name, checksum, Date.now() - started],
    );
  });
  print(`applied ${name} (${Date.now() - started} ms)`);
}

/**
 * @param {import("pg").Client} client
 * @param {Migration} migration
 * @param {Options} options
 */
async function undo(client, { version, name, down = "" }, { print }) {
  const started = Date.now();
  await inTransaction(client, name.replace(/\.sql$/, ".down.sql"), async () => {
    await client.query(down);
    await client.query("DELETE FROM schema_migrations WHERE version = $1", [version]);
  });
  print(`undid ${name} (${Date.now() - started} ms)`);
}

/**
 * @param {import("pg").Client} client
 * @param {string} name
 * @param {() => Promise<void>} work
 */
async function inTransaction(client, name, work) {
  try {
    await client.query("BEGIN");
    await client.query(`SET LOCAL lock_timeout = '${TABLE_LOCK_TIMEOUT}'`);
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw new MigrationError(
      FAILED,
      `${name} failed and was rolled back: ${messageOf(error)}`,
      error,
    );
  }
}
