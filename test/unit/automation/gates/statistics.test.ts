import assert from "node:assert/strict";

import fc from "fast-check";

import {
  binomialAtLeast,
  compareErrors,
  compareLatency,
  exceedsShare,
  fisherGreater,
  quantile,
  summaryOf,
} from "../../../../automation/gates/statistics";
import { samples } from "./traffic";

describe("the statistics of gates", () => {
  it("give Fisher's exact test as the textbooks have it", () => {
    // The lady tasting tea: 4 of 4, and 3 of 4.
    assert.ok(Math.abs(fisherGreater(4, 4, 0, 4) - 1 / 70) < 1e-12);
    assert.ok(Math.abs(fisherGreater(3, 4, 1, 4) - 17 / 70) < 1e-12);
    assert.equal(fisherGreater(0, 10, 5, 10), 1);
    assert.equal(fisherGreater(0, 0, 0, 0), 1);
  });

  it("give the binomial test as the textbooks have it", () => {
    assert.ok(Math.abs(binomialAtLeast(9, 10, 0.5) - 11 / 1024) < 1e-12);
    assert.ok(Math.abs(binomialAtLeast(1, 100, 0.01) - (1 - 0.99 ** 100)) < 1e-12);
    assert.equal(binomialAtLeast(0, 10, 0.5), 1);
    assert.equal(binomialAtLeast(1, 10, 0), 0);
  });

  it("never give anything but a probability, and less for more", () => {
    const count = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(count, count, count, count, (hitsA, missA, hitsB, missB) => {
        const p = fisherGreater(hitsA, hitsA + missA, hitsB, hitsB + missB);
        const more = fisherGreater(hitsA + 1, hitsA + missA + 1, hitsB, hitsB + missB);
        return p > 0 && p <= 1 && more <= p + 1e-9;
      }),
    );
  });

  it("take as quantile the smallest value that enough values do not exceed", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(quantile(hundred, 0.95), 95);
    assert.equal(quantile(hundred, 0.5), 50);
    assert.equal(quantile([7], 0.95), 7);
    assert.equal(quantile([], 0.95), null);
  });

  it("leave the time of what failed out", () => {
    const list = [
      { at: 0, ms: 5, failed: false },
      { at: 1, ms: 9000, failed: true },
    ];
    const told = { requests: 2, failed: 1, errorRate: 0.5, p50Ms: 5, p95Ms: 5 };
    assert.deepEqual(summaryOf(list), told);
    assert.equal(summaryOf([]).p95Ms, null);
  });

  it("call nothing slower that is not so by a relevant amount, however sure", () => {
    const stable = samples("even", 1, 50_000);
    const fresh = stable.map((sample) => ({ ...sample, ms: sample.ms * 1.05 }));
    const { pTail, worse, ratio } = compareLatency(fresh, stable, 0.01);
    assert.ok(pTail < 1e-6);
    assert.deepEqual([worse, ratio], [false, 1.05]);
  });

  it("do not take a burst of slow requests for many witnesses", () => {
    // One stall of 40 requests of the fresh set, in a run that is alike otherwise.
    const stable = samples("even", 1, 1000);
    const fresh = samples("even", 2, 1000).map((sample, index) =>
      index >= 500 && index < 540 ? { ...sample, ms: sample.ms * 10 } : sample,
    );
    assert.equal(compareLatency(fresh, stable, 0.005).worse, false);
    const spread = samples("even", 2, 1000).map((sample, index) =>
      index % 16 === 0 ? { ...sample, ms: sample.ms * 10 } : sample,
    );
    assert.equal(compareLatency(spread, stable, 0.005).worse, true);
  });

  it("say nothing of no requests", () => {
    assert.equal(compareLatency([], samples("even", 1, 100), 0.01).worse, false);
    assert.equal(compareErrors({ requests: 0, failed: 0 }, { requests: 9, failed: 0 }, 0.01).p, 1);
    assert.equal(exceedsShare(0, 0, 0.01, 0.01).worse, false);
  });
});
