#!/usr/bin/env node
/**
 * Brings the schema to the head of ./migrations: `node migrate.js`. `--head` prints the head that the code needs,
 * `--status` what the database has; `--down-to NAME` undoes what was applied after NAME (`base`: all of it).
 *
 * Exit codes: 0 the schema is at the head (or ahead of it), 1 a migration failed and left nothing behind, 2 usage or
 * settings, 3 the database did not answer in time, 4 another migration held the lock for too long, 5 an applied file
 * was changed since.
 */
import { ConfigError, readDatabase, readNumber } from "./src/config.js";
import { headOf, readMigrations } from "./src/migrations.js";
import { MigrationError, migrate, migrateDown, readStatus } from "./src/migrator.js";
import { createRedactor } from "./src/redact.js";

const USAGE = "usage: node migrate.js [--head | --status | --down-to NAME]";

process.exitCode = await main(process.argv.slice(2), process.env);

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<number>}
 */
async function main(args, env) {
  const [mode, target] = args;
  const known = mode === undefined || ["--head", "--status", "--down-to"].includes(mode);
  if (!known || args.length > 2 || (mode === "--down-to") !== (args.length === 2)) {
    console.error(`${USAGE}, got ${JSON.stringify(args.join(" "))}`);
    return 2;
  }
  try {
    const migrations = await readMigrations();
    if (mode === "--head") {
      console.log(headOf(migrations));
      return 0;
    }
    return await run({ mode, target }, migrations, readSettings(env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) console.error(mistake);
    return 2;
  }
}

/**
 * @param {{ mode: string | undefined, target: string | undefined }} wanted
 * @param {import("./src/migrations.js").Migration[]} migrations
 * @param {import("./src/postgresTls.js").DatabaseAddress & { deadlineMs: number }} settings
 */
async function run({ mode, target }, migrations, settings) {
  const redact = createRedactor([settings.databaseUrl]);
  const stop = new AbortController();
  // As the first process of a container, it would not be stopped by a signal that it does not handle.
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => stop.abort(signal));
  const print = (/** @type {string} */ line) => console.log(redact(line));
  try {
    const options = { ...settings, print, signal: stop.signal };
    if (mode === "--status") await readStatus(migrations, options);
    else if (target !== undefined) await migrateDown(migrations, target, options);
    else await migrate(migrations, options);
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
  const database = readDatabase(env, mistakes);
  const range = { fallback: 60, low: 0, high: 3600 };
  const deadlineMs = readNumber(env, "MIGRATE_DEADLINE_SECONDS", range, mistakes) * 1000;
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { ...database, deadlineMs };
}
