import assert from "node:assert/strict";

import { Answers } from "../../../../automation/gates/load";

describe("the answers to probe requests", () => {
  /** As the probe prints them: the first `bad` of each set get no answer. */
  function answered(fresh: number, stable: number, bad: number): Answers {
    const answers = new Answers();
    answers.take("start 1700000000.000000");
    for (const [set, count] of [
      ["f", fresh],
      ["s", stable],
    ] as const)
      for (let n = 0; n < count; n++)
        answers.take(`${set} ${1_700_000_000_000_000 + n * 25_000} 3000 ${n < bad ? 0 : 200}`);
    return answers;
  }

  it("are counted without those that warm up, at every look", () => {
    for (const look of [25, 100, 1000]) {
      const { fresh, stable } = answered(50 + look, 50 + look, 50).counted(50, 50 + look);
      assert.deepEqual([fresh.length, stable.length], [look, look]);
      assert.ok(fresh.every(({ failed }) => !failed));
    }
  });

  it("are the first in the order of time, however many more there are", () => {
    const { fresh } = answered(90, 90, 0).counted(50, 75);
    assert.deepEqual([fresh.length, fresh[0]?.at], [25, 1_700_000_000_000 + 50 * 25]);
  });

  it("leave out the same of a set that lags behind", () => {
    const { fresh, stable } = answered(75, 71, 50).counted(50, 75);
    assert.deepEqual([fresh.length, stable.length], [25, 21]);
    assert.ok(stable.every(({ failed }) => !failed));
  });

  it("warm up with fewer where the time was over early", () => {
    assert.equal(answered(30, 30, 0).counted(50, 1050).fresh.length, 27);
  });
});
