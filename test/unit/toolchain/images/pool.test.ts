import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { settleInPool } from "../../../../toolchain/images/pool";

describe("a pool", () => {
  it("works on everything, never on more than its size at a time", async () => {
    let active = 0;
    let most = 0;
    const done: number[] = [];
    await settleInPool([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++active);
      await sleep(5);
      active--;
      done.push(item);
    });
    assert.equal(most, 2);
    assert.deepEqual(done.sort(), [1, 2, 3, 4, 5]);
  });

  it("begins nothing more after a failure, and lets what is under way end", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const working = settleInPool([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      await sleep(item * 10);
      if (item === 1) throw new Error("broken");
      ended.push(item);
    });
    await assert.rejects(working, /broken/);
    assert.deepEqual(begun, [1, 2]);
    assert.deepEqual(ended, [2]);
  });
});
