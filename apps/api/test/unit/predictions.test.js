import assert from "node:assert/strict";
import { createPredictions } from "../../src/predictions.js";

const NOW = Date.parse("2026-03-10T12:00:00Z");

/** @param {{ last?: [string, string][], enabled?: boolean, cached?: string }} [given] */
function build({ last = [["dairy", "2026-03-07T11:00:00.000Z"]], enabled = true, cached } = {}) {
  /** @type {import("../../src/predictor.js").PredictionItem[][]} */
  const asked = [];
  /** @type {[string, string, number][]} */
  const kept = [];
  const predictions = createPredictions({
    purchases: {
      lastOfEachCategory: async () =>
        last.map(([categoryId, lastPurchasedAt]) => ({ categoryId, lastPurchasedAt })),
    },
    predictor: {
      enabled,
      predict: async (items) => {
        asked.push(items);
        return items.map(() => 0.75);
      },
    },
    cache: {
      get: async () => cached,
      set: async (...entry) => void kept.push(entry),
    },
    ttlSeconds: 60,
    log: { warn: () => {} },
    now: () => NOW,
  });
  return { predictions, asked, kept };
}

describe("predictions", () => {
  it("ask for whole days, and keep the answer for the time to live", async () => {
    const { predictions, asked, kept } = build();
    const answer = await predictions();
    assert.deepEqual(asked, [[{ categoryId: "dairy", daysSinceLastPurchase: 3 }]]);
    assert.deepEqual(answer.predictions[0]?.probability, 0.75);
    assert.deepEqual(
      kept.map(([, value, ttl]) => [value, ttl]),
      [["[0.75]", 60]],
    );
  });

  it("count a clock that is ahead as today, and ages ago as ten years", async () => {
    const { predictions, asked } = build({
      last: [
        ["a", "2026-03-11T00:00:00.000Z"],
        ["b", "1970-01-01T00:00:00.000Z"],
      ],
    });
    await predictions();
    assert.deepEqual(
      asked[0]?.map((item) => item.daysSinceLastPurchase),
      [0, 3650],
    );
  });

  it("ask nobody when nothing was bought", async () => {
    const { predictions, asked } = build({ last: [] });
    assert.deepEqual(await predictions(), { degraded: false, source: "none", predictions: [] });
    assert.equal(asked.length, 0);
  });

  it("do not trust a cache entry that is none", async () => {
    for (const cached of ["{", "[]", "[1,2]", "null"]) {
      const { predictions } = build({ cached });
      assert.equal((await predictions()).degraded, false);
      const answer = await predictions();
      assert.equal("source" in answer && answer.source, "predictor", cached);
    }
  });
});
