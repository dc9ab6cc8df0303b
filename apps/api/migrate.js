#!/usr/bin/env node
/**
 * Brings the schema to the head of ./migrations: `node migrate.js`. `--head` prints the head that the code needs,
 * `--status` what the database has.
 *
 * Exit codes: 0 the schema is at the head (or ahead of it), 1 a migration failed and left nothing behind, 2 usage or
 * settings, 3 the database did not answer in time, 4 another migration held the lock for too long, 5 an applied file
 * was changed since.
 */
import { ConfigError, readDatabaseUrl, readNumber } from "./src/config.js";
import { headOf, readMigrations } from "./src/migrations.js";
import { MigrationError, migrate, readStatus } from "./src/migrator.js";
import { createRedactor } from "./src/redact.js";

const USAGE = "usage: node migrate.js [--head | --status]";

process.exitCode = await main(process.argv.slice(2), process.env);

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<number>}
 */
async function main(args, env) {
  const [mode] = args;
  if (args.length > 1 || (mode !== undefined && !["--head", "--status"].includes(mode))) {
    console.error(`${USAGE}, got ${JSON.stringify(args.join(" "))}`);
    return 2;
  }
  try {
    const migrations = await readMigrations();
    if (mode === "--head") {
      console.log(headOf(migrations));
      return 0;
    }
    return await run(mode, migrations, readSettings(env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) console.error(mistake);
    return 2;
  }
}

/**
 * @param {string | undefined} mode
 * @param {import("./src/migrations.js").Migration[]} migrations
 * @param {{ databaseUrl: string, deadlineMs: number }} settings
 */
async function run(mode, migrations, settings) {
  const redact = createRedactor([settings.databaseUrl]);
  const stop = new AbortController();
  // As the first process of a container, it would not be stopped by a signal that it does not handle.
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => stop.abort(signal));
  const print = (/** @type {string} */ line) => console.log(redact(line));
  try {
    if (mode === "--status")
      await readStatus(migrations, { ...settings, print, signal: stop.signal });
    else await migrate(migrations, { ...settings, print, signal: stop.signal });
    return 0;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    console.error(redact(error.message));
    return error.exitCode;
  }
}

/** @param {Record<string, string | undefined>} env */
function readSettings(env) {
  /** @type {string[]} */
  const mistakes = [];
  const databaseUrl = readDatabaseUrl(env, mistakes);
  const range = { fallback: 60, low: 0, high: 3600 };
  const deadlineMs = readNumber(env, "MIGRATE_DEADLINE_SECONDS", range, mistakes) * 1000;
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { databaseUrl, deadlineMs };
}
