import { readFile } from "node:fs/promises";
import { pino } from "pino";
import { buildApp } from "./app.js";
import { createCache } from "./cache.js";
import { ConfigError, readConfig } from "./config.js";
import { createDatabase } from "./database.js";
import { drain, trackSilentConnections } from "./drain.js";
import { createFeed, followPurchases } from "./live.js";
import { readMigrations } from "./migrations.js";
import { createPredictions } from "./predictions.js";
import { createPredictor } from "./predictor.js";
import { createPurchases } from "./purchases.js";
import { createRedactor } from "./redact.js";
import { createStatus } from "./status.js";

const KEYS_KEPT_HOURS = 24;
const CLEANING_MS = 60 * 60 * 1000;

const config = readConfigOrExit();
const log = createLog(config);
process.on("uncaughtException", (err) => {
  log.fatal({ err }, "unexpected error: stopping");
  process.exit(1);
});

/** @type {import("./app.js").Parts["lifecycle"]} */
const lifecycle = { state: "starting" };
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
const migrations = await readMigrations();
const database = createDatabase(config, log);
const cache = createCache(config, log);
const predictor = createPredictor(config);
const purchases = createPurchases(database);
const feed = createFeed(config);
const follower = followPurchases(config, feed, log);
const status = createStatus({ database, cache, predictor, neededHead: migrations.length });
const predictions = createPredictions({
  ...{ purchases, predictor, cache, log },
  ttlSeconds: config.predictionTtlSeconds,
});
const app = await buildApp(
  { config, version, purchases, predictions, status, feed, lifecycle },
  log,
);
const closeSilent = trackSilentConnections(app.server);

const cleaning = setInterval(() => {
  purchases
    .forgetKeys(KEYS_KEPT_HOURS)
    .catch((err) => log.warn({ err }, "old keys are still there"));
}, CLEANING_MS);
listenForSignals();
await app.listen({ host: config.host, port: config.port });
lifecycle.state = lifecycle.state === "starting" ? "serving" : lifecycle.state;
log.info({ version, port: config.port, head: migrations.length }, "serving");

function listenForSignals() {
  const hurry = new AbortController();
  const stop = async () => {
    if (lifecycle.state === "draining") {
      hurry.abort();
      return;
    }
    const isWhole = await drain({ app, lifecycle, feed, config, closeSilent, hurry: hurry.signal });
    clearInterval(cleaning);
    cache.close();
    await Promise.all([follower.close(), database.close()]);
    log.info("stopped");
    process.exit(isWhole ? 0 : 1);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function readConfigOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes)
      console.error(JSON.stringify({ level: "fatal", msg: `a setting is wrong: ${mistake}` }));
    process.exit(2);
  }
}

/** @param {import("./config.js").Config} config */
function createLog({ logLevel, revision, hostname, databaseUrl, redisUrl, predictorUrl }) {
  return pino({
    level: logLevel,
    base: { hostname, revision },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    // The last step before the line leaves: whatever was logged, and however it was escaped.
    hooks: { streamWrite: createRedactor([databaseUrl, redisUrl, predictorUrl]) },
  });
}
