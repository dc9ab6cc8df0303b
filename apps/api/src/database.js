import pg from "pg";
import { isUnavailable, RequestError } from "./errors.js";
import { connectionTo } from "./postgresTls.js";

/**
 * @typedef {import("fastify").FastifyBaseLogger} Log
 * @typedef {Pick<import("pg").ClientBase, "query">} Queryable
 * @typedef {ReturnType<typeof createDatabase>} Database
 */

const CONNECT_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 5000;

// Identities are far below 2^53, and clients want numbers.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
const toDate = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => toDate(text).toISOString());

/**
 * A connection pool that outlives restarts of the database: what it cannot do meanwhile is a 503.
 *
 * @param {import("./postgresTls.js").DatabaseAddress & { databasePoolSize: number }} config
 * @param {Log} log
 */
export function createDatabase(config, log) {
  const pool = new pg.Pool({
    ...connectionTo(config),
    max: config.databasePoolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1000,
    keepAlive: true,
    application_name: "api",
  });
  pool.on("error", (err) => log.warn({ err }, "an idle database connection was lost"));

  return {
    /**
     * Runs a query that changes nothing; once more when its pooled connection turns out to be dead.
     *
     * @param {string} text
     * @param {unknown[]} [values]
     */
    async read(text, values) {
      return orUnavailable(() => onceMore(() => pool.query(text, values)));
    },

    /**
     * Runs a function in a transaction. It is begun again when its pooled connection turns out to be dead, but never
     * run again after that.
     *
     * @template T
     * @param {(client: Queryable) => Promise<T>} work
     */
    async transaction(work) {
      return orUnavailable(async () => {
        const client = await onceMore(() => begin(pool));
        try {
          const result = await work(client);
          await client.query("COMMIT");
          client.release();
          return result;
        } catch (error) {
          // A connection in an unknown state must not go back to the pool.
          const lost = await client.query("ROLLBACK").then(() => undefined, toError);
          client.release(lost);
          throw error;
        }
      });
    },

    close: () => pool.end(),
  };
}

/** @param {import("pg").Pool} pool */
async function begin(pool) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    return client;
  } catch (error) {
    client.release(toError(error));
    throw error;
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function onceMore(work) {
  try {
    return await work();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return work();
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function orUnavailable(work) {
  try {
    return await work();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new RequestError(503, "database_unavailable", "The database is away; try again", {
      cause: error,
    });
  }
}

/** @param {unknown} error */
function toError(error) {
  return error instanceof Error ? error : new Error(String(error));
}
