import { formatVersion } from "./migrations.js";

/** @typedef {"up" | "down" | "disabled" | "not_migrated"} DependencyStatus */

const FRESH_MS = 200;

/**
 * What the probes answer. Probes come several times a second from several sides: what was found out is good for 200 ms,
 * and those who ask meanwhile wait for the same answer.
 *
 * @param {object} parts
 * @param {Pick<import("./database.js").Database, "read">} parts.database
 * @param {Pick<import("./cache.js").Cache, "status">} parts.cache
 * @param {Pick<import("./predictor.js").Predictor, "status">} parts.predictor
 * @param {number} parts.neededHead the migration that this code needs
 */
export function createStatus({ database, cache, predictor, neededHead }) {
  const checkDatabase = shared(() => readHead(database, neededHead));
  const checkCache = shared(() => cache.status());
  const checkPredictor = shared(() => predictor.status());
  return {
    database: checkDatabase,

    async dependencies() {
      const [{ status }, redis, predictions] = await Promise.all([
        checkDatabase(),
        checkCache(),
        checkPredictor(),
      ]);
      return { database: status, redis, predictor: predictions };
    },
  };
}

/**
 * @param {Pick<import("./database.js").Database, "read">} database
 * @param {number} neededHead
 * @returns {Promise<{ status: DependencyStatus, message: string }>}
 */
async function readHead(database, neededHead) {
  try {
    const { rows } = await database.read(
      "SELECT coalesce(max(version), 0) AS head FROM schema_migrations",
    );
    const head = Number(rows[0]?.head);
    if (head >= neededHead)
      return { status: "up", message: `The schema is at ${formatVersion(head)}` };
    return notMigrated(head, neededHead);
  } catch (error) {
    const isTableMissing = error instanceof Error && "code" in error && error.code === "42P01";
    if (isTableMissing) return notMigrated(0, neededHead);
    return { status: "down", message: "The database is away" };
  }
}

/**
 * @param {number} head
 * @param {number} neededHead
 * @returns {{ status: DependencyStatus, message: string }}
 */
function notMigrated(head, neededHead) {
  return {
    status: "not_migrated",
    message: `The schema is at ${formatVersion(head)}, this version needs ${formatVersion(neededHead)}`,
  };
}

/**
 * @template T
 * @param {() => Promise<T>} check
 * @returns {() => Promise<T>}
 */
function shared(check) {
  /** @type {Promise<T> | undefined} */
  let current;
  return () => {
    current ??= check().finally(() => setTimeout(() => (current = undefined), FRESH_MS).unref());
    return current;
  };
}
