import { hostname } from "node:os";
import { checkTls, readAuthorities } from "./postgresTls.js";

/**
 * @typedef {object} Config
 * @property {string} host
 * @property {number} port
 * @property {string} logLevel
 * @property {string} databaseUrl
 * @property {Buffer | undefined} databaseAuthorities whose signature the database's certificate must have
 * @property {number} databasePoolSize
 * @property {string | undefined} redisUrl absent: nothing is cached
 * @property {"single" | "cluster"} redisMode
 * @property {string | undefined} predictorUrl absent: predictions are disabled
 * @property {number} predictorTimeoutMs
 * @property {number} predictionTtlSeconds
 * @property {string[]} allowedOrigins
 * @property {number} drainSeconds
 * @property {number} drainListenSeconds
 * @property {number} maxLiveClients
 * @property {string} revision
 * @property {string} hostname
 */

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"];

/** One or more settings are wrong; all of them are in `mistakes`. */
export class ConfigError extends Error {
  /** @param {string[]} mistakes */
  constructor(mistakes) {
    super(mistakes.join("; "));
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads the settings of the API; apps/README.md documents each variable.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {Config}
 * @throws {ConfigError} naming every setting that is wrong, never a password
 */
export function readConfig(env) {
  /** @type {string[]} */
  const mistakes = [];
  const drainSeconds = readNumber(
    env,
    "DRAIN_SECONDS",
    { fallback: 10, low: 0, high: 600 },
    mistakes,
  );
  const config = {
    host: readText(env, "HOST") ?? "0.0.0.0",
    port: readWhole(env, "PORT", { fallback: 3000, low: 1, high: 65535 }, mistakes),
    logLevel: readLogLevel(env, mistakes),
    ...readDatabase(env, mistakes),
    databasePoolSize: readWhole(
      env,
      "DATABASE_POOL_SIZE",
      { fallback: 10, low: 1, high: 200 },
      mistakes,
    ),
    redisUrl: readUrl(env, "REDIS_URL", ["redis:", "rediss:"], mistakes),
    redisMode: readRedisMode(env, mistakes),
    predictorUrl: readUrl(env, "PREDICTOR_URL", ["http:", "https:"], mistakes),
    predictorTimeoutMs: readWhole(
      env,
      "PREDICTOR_TIMEOUT_MS",
      { fallback: 300, low: 10, high: 30_000 },
      mistakes,
    ),
    predictionTtlSeconds: readWhole(
      env,
      "PREDICTION_TTL_SECONDS",
      { fallback: 60, low: 1, high: 86_400 },
      mistakes,
    ),
    allowedOrigins: readOrigins(env, mistakes),
    drainSeconds,
    drainListenSeconds: readNumber(
      env,
      "DRAIN_LISTEN_SECONDS",
      { fallback: Math.min(1, drainSeconds), low: 0, high: drainSeconds },
      mistakes,
    ),
    maxLiveClients: readWhole(
      env,
      "MAX_LIVE_CLIENTS",
      { fallback: 1000, low: 1, high: 100_000 },
      mistakes,
    ),
    revision: readText(env, "LANDFALL_REVISION") ?? "unknown",
    hostname: hostname(),
  };
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

/**
 * Where the database is, and how to speak to it: all that the migration task needs.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string[]} mistakes
 */
export function readDatabase(env, mistakes) {
  if (readText(env, "DATABASE_URL") === undefined) {
    mistakes.push("DATABASE_URL is missing: postgres://user:password@host:5432/database");
  }
  const before = mistakes.length;
  const databaseUrl = readUrl(env, "DATABASE_URL", ["postgres:", "postgresql:"], mistakes) ?? "";
  if (databaseUrl !== "" && mistakes.length === before) checkTls(databaseUrl, mistakes);
  const databaseAuthorities = readAuthorities(readText(env, "PGSSLROOTCERT"), mistakes);
  return { databaseUrl, databaseAuthorities };
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} mistakes
 * @returns {Config["redisMode"]}
 */
function readRedisMode(env, mistakes) {
  const mode = readText(env, "REDIS_MODE") ?? "single";
  if (mode === "single" || mode === "cluster") return mode;
  mistakes.push(`REDIS_MODE must be single or cluster, got ${JSON.stringify(mode)}`);
  return "single";
}

/**
 * @typedef {{ fallback: number, low: number, high: number }} Range
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} key
 * @param {Range} range
 * @param {string[]} mistakes
 */
export function readNumber(env, key, { fallback, low, high }, mistakes) {
  const raw = readText(env, key);
  if (raw === undefined) return fallback;
  const value = Number(raw);
  if (value >= low && value <= high) return value;
  mistakes.push(`${key} must be a number from ${low} to ${high}, got ${JSON.stringify(raw)}`);
  return fallback;
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} key
 * @param {Range} range
 * @param {string[]} mistakes
 */
function readWhole(env, key, range, mistakes) {
  const value = readNumber(env, key, range, mistakes);
  if (!Number.isInteger(value)) mistakes.push(`${key} must be a whole number, got ${value}`);
  return value;
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} mistakes
 */
function readLogLevel(env, mistakes) {
  const level = (readText(env, "LOG_LEVEL") ?? "info").toLowerCase();
  if (!LOG_LEVELS.includes(level)) {
    mistakes.push(
      `LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}, got ${JSON.stringify(level)}`,
    );
  }
  return level;
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} key
 * @param {string[]} protocols
 * @param {string[]} mistakes
 */
function readUrl(env, key, protocols, mistakes) {
  const raw = readText(env, key);
  if (raw === undefined) return undefined;
  const url = parseUrl(raw);
  // The value stays out of the message: it may hold a password.
  if (url === undefined || url.hostname === "") {
    mistakes.push(`${key} is no URL with a host; a password in it must be percent-encoded`);
  } else if (!protocols.includes(url.protocol)) {
    mistakes.push(
      `${key} must start with ${protocols.map((p) => `${p}//`).join(" or ")}, got ${url.protocol}//`,
    );
  }
  return raw.replace(/\/+$/, "");
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string[]} mistakes
 */
function readOrigins(env, mistakes) {
  const origins = (readText(env, "ALLOWED_ORIGINS") ?? "")
    .split(",")
    .map((origin) => origin.trim());
  const given = origins.filter((origin) => origin !== "");
  for (const origin of given) {
    if (origin !== "*" && parseUrl(origin)?.origin !== origin) {
      mistakes.push(
        `ALLOWED_ORIGINS must list origins such as http://localhost:8080 (no path), got ${JSON.stringify(origin)}`,
      );
    }
  }
  return given;
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} key
 */
function readText(env, key) {
  const text = env[key]?.trim();
  return text === "" ? undefined : text;
}

/** @param {string} text */
function parseUrl(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
