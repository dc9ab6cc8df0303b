/**
 * @typedef {{ categoryId: string, daysSinceLastPurchase: number }} PredictionItem
 * @typedef {"predictor_disabled" | "predictor_timeout" | "predictor_unreachable" | "predictor_error"} DegradedReason
 * @typedef {ReturnType<typeof createPredictor>} Predictor
 */

/** The predictor gave no usable answer; `reason` says in which way. */
export class PredictorError extends Error {
  /**
   * @param {DegradedReason} reason
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(reason, message, cause) {
    super(message, { cause });
    this.name = "PredictorError";
    this.reason = reason;
  }
}

/**
 * A client of the predictor with a deadline for each call.
 *
 * @param {{ predictorUrl: string | undefined, predictorTimeoutMs: number }} config
 */
export function createPredictor({ predictorUrl, predictorTimeoutMs }) {
  return {
    enabled: predictorUrl !== undefined,

    /**
     * The probabilities of the items, in their order.
     *
     * @param {PredictionItem[]} items
     * @returns {Promise<number[]>}
     * @throws {PredictorError}
     */
    async predict(items) {
      if (predictorUrl === undefined)
        throw new PredictorError("predictor_disabled", "Predictions are switched off");
      const signal = AbortSignal.timeout(predictorTimeoutMs);
      const body = JSON.stringify({ items });
      const answer = await callOnceMore(
        `${predictorUrl}/predict`,
        body,
        signal,
        predictorTimeoutMs,
      );
      return readProbabilities(answer, items.length);
    },

    /** @returns {Promise<"up" | "down" | "disabled">} */
    async status() {
      if (predictorUrl === undefined) return "disabled";
      try {
        const response = await fetch(`${predictorUrl}/health`, {
          signal: AbortSignal.timeout(predictorTimeoutMs),
        });
        await response.body?.cancel();
        return response.ok ? "up" : "down";
      } catch {
        return "down";
      }
    },
  };
}

/**
 * A prediction changes nothing, so a connection that breaks (a kept one that the other end has just closed) is worth a
 * second attempt within the same deadline.
 *
 * @param {string} url
 * @param {string} body
 * @param {AbortSignal} signal
 * @param {number} timeoutMs
 */
async function callOnceMore(url, body, signal, timeoutMs) {
  try {
    return await call(url, body, signal, timeoutMs);
  } catch (error) {
    if (!(error instanceof PredictorError) || error.reason !== "predictor_unreachable") throw error;
    return call(url, body, signal, timeoutMs);
  }
}

/**
 * @param {string} url
 * @param {string} body
 * @param {AbortSignal} signal
 * @param {number} timeoutMs
 * @returns {Promise<unknown>}
 */
async function call(url, body, signal, timeoutMs) {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "error" });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new PredictorError(
      "predictor_error",
      `The predictor answered ${response.status}: ${text.slice(0, 200)}`,
    );
  } catch (error) {
    if (error instanceof PredictorError) throw error;
    if (signal.aborted) {
      throw new PredictorError(
        "predictor_timeout",
        `The predictor did not answer within ${timeoutMs} ms`,
        error,
      );
    }
    if (error instanceof SyntaxError) {
      throw new PredictorError("predictor_error", "The predictor's answer is not JSON", error);
    }
    throw new PredictorError("predictor_unreachable", "The predictor cannot be reached", error);
  }
}

/**
 * @param {unknown} answer
 * @param {number} count
 * @returns {number[]}
 */
function readProbabilities(answer, count) {
  const predictions =
    isRecord(answer) && Array.isArray(answer.predictions) ? answer.predictions : [];
  const probabilities = predictions.map((prediction) =>
    isRecord(prediction) ? prediction.probability : undefined,
  );
  if (probabilities.length !== count || !probabilities.every(isProbability)) {
    throw new PredictorError(
      "predictor_error",
      `The predictor's answer has no ${count} probabilities from 0 to 1`,
    );
  }
  return probabilities;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === "object" && value !== null;
}

/** @param {unknown} value @returns {value is number} */
function isProbability(value) {
  return typeof value === "number" && value >= 0 && value <= 1;
}
