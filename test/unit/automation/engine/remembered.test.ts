import * as assert from "node:assert/strict";

import { Remembered } from "../../../../automation/engine/remembered";

describe("What is remembered", () => {
  let made: number;
  let remembered: Remembered<number>;
  const make = (): Promise<number> => Promise.resolve(++made);

  beforeEach(() => {
    made = 0;
    remembered = new Remembered<number>(3);
  });

  it("is made once for all that it depends on, side by side too", async () => {
    const on = ["dev", "a: 1", { PULUMI_CONFIG_PASSPHRASE: "x" }];
    const all = await Promise.all([1, 2, 3].map(() => remembered.get(on, make)));
    assert.deepEqual(all, [1, 1, 1]);
    const other = ["dev", "a: 1", { PULUMI_CONFIG_PASSPHRASE: "y" }];
    assert.equal(await remembered.get(other, make), 2);
  });

  it("is tried again when it failed", async () => {
    const failing = (): Promise<number> => Promise.reject(new Error("locked"));
    await assert.rejects(remembered.get(["a"], failing), /locked/);
    assert.equal(await remembered.get(["a"], make), 1);
  });

  it("is forgotten when there is more, the oldest first", async () => {
    for (const name of ["a", "b", "c", "d"]) await remembered.get([name], make);
    assert.equal(await remembered.get(["d"], make), 4);
    assert.equal(await remembered.get(["a"], make), 5);
  });
});
