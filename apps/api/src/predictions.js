import { createHash } from "node:crypto";
import { PredictorError } from "./predictor.js";

/**
 * @typedef {object} Prediction
 * @property {string} categoryId
 * @property {string} lastPurchasedAt
 * @property {number} daysSinceLastPurchase whole days
 * @property {number | null} probability null in a degraded answer
 *
 * @typedef {{ degraded: false, source: "predictor" | "cache" | "none", predictions: Prediction[] }} FullAnswer
 * @typedef {object} DegradedAnswer
 * @property {true} degraded
 * @property {import("./predictor.js").DegradedReason} reason
 * @property {string} message
 * @property {Prediction[]} predictions
 */

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 3650;

/**
 * What is likely to be bought again. Without the predictor the answer is degraded, never an error.
 *
 * @param {object} parts
 * @param {Pick<import("./purchases.js").Purchases, "lastOfEachCategory">} parts.purchases
 * @param {Pick<import("./predictor.js").Predictor, "enabled" | "predict">} parts.predictor
 * @param {Pick<import("./cache.js").Cache, "get" | "set">} parts.cache
 * @param {number} parts.ttlSeconds
 * @param {Pick<import("fastify").FastifyBaseLogger, "warn">} parts.log
 * @param {() => number} [parts.now]
 */
export function createPredictions({
  purchases,
  predictor,
  cache,
  ttlSeconds,
  log,
  now = Date.now,
}) {
  return async () => {
    const last = await purchases.lastOfEachCategory();
    const items = last.map(({ categoryId, lastPurchasedAt }) => ({
      categoryId,
      daysSinceLastPurchase: wholeDays(now() - new Date(lastPurchasedAt).getTime()),
    }));

    /** @param {(number | null)[]} probabilities @returns {Prediction[]} */
    const combine = (probabilities) =>
      last.map(({ categoryId, lastPurchasedAt }, index) => ({
        categoryId,
        lastPurchasedAt,
        daysSinceLastPurchase: items[index]?.daysSinceLastPurchase ?? 0,
        probability: probabilities[index] ?? null,
      }));

    try {
      const { source, probabilities } = await lookUp(items, { predictor, cache, ttlSeconds });
      return /** @type {FullAnswer} */ ({
        degraded: false,
        source,
        predictions: combine(probabilities),
      });
    } catch (error) {
      if (!(error instanceof PredictorError)) throw error;
      if (predictor.enabled)
        log.warn({ err: error, reason: error.reason }, "answering without predictions");
      return /** @type {DegradedAnswer} */ ({
        degraded: true,
        reason: error.reason,
        message: error.message,
        predictions: combine([]),
      });
    }
  };
}

/**
 * The key of the cache is what is asked, so a new purchase or a new day never meets an old answer.
 *
 * @param {import("./predictor.js").PredictionItem[]} items
 * @param {{ predictor: Pick<import("./predictor.js").Predictor, "enabled" | "predict">, cache: Pick<import("./cache.js").Cache, "get" | "set">, ttlSeconds: number }} parts
 * @returns {Promise<{ source: FullAnswer["source"], probabilities: number[] }>}
 */
async function lookUp(items, { predictor, cache, ttlSeconds }) {
  if (!predictor.enabled) return { source: "none", probabilities: await predictor.predict(items) };
  if (items.length === 0) return { source: "none", probabilities: [] };
  const key = `predictions:v1:${createHash("sha256").update(JSON.stringify(items)).digest("hex")}`;
  const cached = parseList(await cache.get(key), items.length);
  if (cached !== undefined) return { source: "cache", probabilities: cached };
  const probabilities = await predictor.predict(items);
  await cache.set(key, JSON.stringify(probabilities), ttlSeconds);
  return { source: "predictor", probabilities };
}

/** @param {number} milliseconds */
function wholeDays(milliseconds) {
  return Math.min(Math.max(Math.floor(milliseconds / DAY_MS), 0), MAX_DAYS);
}

/**
 * @param {string | undefined} text
 * @param {number} length
 * @returns {number[] | undefined}
 */
function parseList(text, length) {
  if (text === undefined) return undefined;
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) && list.length === length ? list : undefined;
  } catch {
    return undefined;
  }
}
