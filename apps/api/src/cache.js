import { Cluster, Redis } from "ioredis";

/**
 * A cache never fails: without Redis it finds nothing and keeps nothing.
 *
 * @typedef {object} Cache
 * @property {(key: string) => Promise<string | undefined>} get
 * @property {(key: string, value: string, ttlSeconds: number) => Promise<void>} set
 * @property {() => Promise<"up" | "down" | "disabled">} status
 * @property {() => void} close
 */

const COMMAND_TIMEOUT_MS = 200;
const MAX_RETRY_MS = 2000;

/**
 * @param {{ redisUrl: string | undefined, redisMode: "single" | "cluster" }} config
 * @param {import("fastify").FastifyBaseLogger} log
 * @returns {Cache}
 */
export function createCache({ redisUrl, redisMode }, log) {
  if (redisUrl === undefined) return noCache;
  const redis = redisMode === "cluster" ? clusterAt(redisUrl) : serverAt(redisUrl);
  logChanges(redis, log);
  return {
    get: async (key) => (await orUndefined(redis.get(key))) ?? undefined,
    set: async (key, value, ttlSeconds) =>
      void (await orUndefined(redis.set(key, value, "EX", ttlSeconds))),
    status: async () => ((await orUndefined(redis.ping())) === "PONG" ? "up" : "down"),
    close: () => redis.disconnect(),
  };
}

/** Of each connection, to the one server or to a node of the cluster. */
const CONNECTION = {
  connectTimeout: 2000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  // A command fails at once while Redis is away, and is not kept for later.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
};

/** @param {number} attempt */
const retryDelay = (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RETRY_MS);

/** @param {string} url */
function serverAt(url) {
  return new Redis(url, {
    ...CONNECTION,
    retryStrategy: retryDelay,
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
}

/**
 * The cluster that the URL's host leads into. It tells of its nodes, and of those that come and go.
 *
 * @param {string} url
 */
function clusterAt(url) {
  const { protocol, hostname, port, username, password } = new URL(url);
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryDelay,
    slotsRefreshTimeout: 2000,
    // A node's certificate is for its name: an address in its place would not be believed.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: {
      ...CONNECTION,
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      ...(protocol === "rediss:" ? { tls: {} } : {}),
    },
  });
}

/** @type {Cache} */
const noCache = {
  get: async () => undefined,
  set: async () => {},
  status: async () => "disabled",
  close: () => {},
};

/**
 * ioredis reports every failed attempt; only changes are news.
 *
 * @param {Redis | Cluster} redis
 * @param {import("fastify").FastifyBaseLogger} log
 */
function logChanges(redis, log) {
  let known = "";
  /** @param {string} state @param {() => void} tell */
  const change = (state, tell) => {
    if (state !== known) tell();
    known = state;
  };
  redis.on("ready", () => change("up", () => log.info("the cache is connected")));
  redis.on("error", (err) =>
    change("down", () => log.warn({ err }, "the cache is away; answers are not cached")),
  );
}

/**
 * @template T
 * @param {Promise<T>} command
 * @returns {Promise<T | undefined>}
 */
async function orUndefined(command) {
  try {
    return await command;
  } catch {
    return undefined;
  }
}
