import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { isUnavailable } from "./errors.js";
import { connectionTo } from "./postgresTls.js";

/**
 * @typedef {object} Options
 * @property {string} databaseUrl
 * @property {Buffer | undefined} [databaseAuthorities]
 * @property {number} deadlineMs how long to wait for the database, and again for the lock
 * @property {(line: string) => void} print
 * @property {AbortSignal} signal
 */

/** Why the schema is not at the head; nothing of a failed migration stays behind. */
export class MigrationError extends Error {
  /**
   * @param {number} exitCode
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(exitCode, message, cause) {
    super(message, { cause });
    this.name = "MigrationError";
    this.exitCode = exitCode;
  }
}

export const FAILED = 1;
export const USAGE = 2;
const UNREACHABLE = 3;
const LOCKED = 4;
export const CHANGED = 5;

// Any fixed number that nothing else in the database locks: "land" in ASCII.
const LOCK = 0x6c616e64;
const RETRY_MS = 250;
const CONNECT_TIMEOUT_MS = 2000;

/**
 * Works with a connection of its own, which a signal ends, and tells what fails as a {@link MigrationError}.
 *
 * @param {Options} options
 * @param {(client: pg.Client) => Promise<void>} work
 */
export async function withClient(options, work) {
  const client = await connect(options);
  /** @type {Error | undefined} */
  let lost;
  client.on("error", (error) => (lost = error));
  const onAbort = () => void client.end().catch(() => {});
  options.signal.addEventListener("abort", onAbort, { once: true });
  try {
    await work(client);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    if (options.signal.aborted)
      throw new MigrationError(FAILED, `stopped by ${options.signal.reason}`, error);
    throw new MigrationError(FAILED, `the migration failed: ${messageOf(lost ?? error)}`, error);
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    await client.end().catch(() => {});
  }
}

/**
 * Waits for a database that is still starting. A wrong password or name is not worth waiting for.
 *
 * @param {Options} options
 * @returns {Promise<pg.Client>}
 */
async function connect({ deadlineMs, print, signal, ...database }) {
  const deadline = Date.now() + deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({
      ...connectionTo(database),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: "migrate",
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const isOver = Date.now() >= deadline || signal.aborted;
      if (!isWorthWaiting(error) || isOver) {
        const tried = isOver ? ` within ${deadlineMs / 1000} s` : "";
        throw new MigrationError(
          UNREACHABLE,
          `no connection to the database${tried}: ${messageOf(error)}`,
          error,
        );
      }
      if (attempt === 1) print(`waiting for the database: ${messageOf(error)}`);
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** @param {unknown} error */
function isWorthWaiting(error) {
  return isUnavailable(error) || (error instanceof Error && /timeout/i.test(error.message));
}

/**
 * Waits until no other migration runs. The lock ends with the connection.
 *
 * @param {pg.Client} client
 * @param {Options} options
 */
export async function lock(client, { deadlineMs, print, signal }) {
  const deadline = Date.now() + deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    const { rows } = await client.query("SELECT pg_try_advisory_lock($1) AS mine", [LOCK]);
    if (rows[0]?.mine === true) return;
    if (Date.now() >= deadline) {
      throw new MigrationError(
        LOCKED,
        `another migration has held the lock for ${deadlineMs / 1000} s: wait for it, or find it in` +
          ` pg_stat_activity (application_name 'migrate')`,
      );
    }
    if (attempt === 1) print("waiting for another migration to end");
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** @param {unknown} error @returns {string} */
export function messageOf(error) {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join(", ") : "";
  return error.message || inner || ("code" in error ? String(error.code) : error.name);
}
