import assert from "node:assert/strict";
import { together } from "../../../automation/together";

describe("what is begun together", () => {
  it("gives all that it came to, in order", async () => {
    const [one, two] = await together([Promise.resolve("first"), 2]);
    assert.deepEqual([one.length, two + 1], [5, 3]);
  });

  it("has ended whole when one of it fails, and fails with the first of the list", async () => {
    const late = { ended: false };
    const slow = async (): Promise<never> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      late.ended = true;
      throw new Error("the slow one");
    };
    await assert.rejects(together([slow(), Promise.reject(new Error("the quick one"))]), {
      message: "the slow one",
    });
    assert.ok(late.ended);
    late.ended = false;
    const both = together([Promise.reject(new Error("the quick one")), slow()]);
    await assert.rejects(both, { message: "the quick one" });
    assert.ok(late.ended);
  });
});
