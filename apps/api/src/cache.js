import { Redis } from "ioredis";

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
 * @param {string | undefined} url
 * @param {import("fastify").FastifyBaseLogger} log
 * @returns {Cache}
 */
export function createCache(url, log) {
  if (url === undefined) return noCache;
  const redis = new Redis(url, {
    connectTimeout: 2000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // A command fails at once while Redis is away, and is not kept for later.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RETRY_MS),
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  logChanges(redis, log);
  return {
    get: async (key) => (await orUndefined(redis.get(key))) ?? undefined,
    set: async (key, value, ttlSeconds) =>
      void (await orUndefined(redis.set(key, value, "EX", ttlSeconds))),
    status: async () => ((await orUndefined(redis.ping())) === "PONG" ? "up" : "down"),
    close: () => redis.disconnect(),
  };
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
 * @param {Redis} redis
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
