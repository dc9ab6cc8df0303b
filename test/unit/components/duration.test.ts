import assert from "node:assert/strict";
import fc from "fast-check";
import { goDuration, milliseconds, parseDuration, parseSize } from "../../../components/duration";
import { Problems } from "../../../components/errors";

describe("durations and sizes", () => {
  it("read every unit", () => {
    assert.deepEqual(
      ["250ms", "30s", "5m", "1h", "1.5s"].map(parseDuration),
      [250, 30_000, 300_000, 3_600_000, 1500],
    );
    assert.deepEqual(["256MB", "2GB", "0.5GB"].map(parseSize), [256, 2048, 512]);
  });

  it("refuse what has no unit, another unit or more than one", () => {
    for (const text of ["", "30", "s", "30 s", "-1s", "1d", "1m30s", "1e3s", "NaNs"])
      assert.equal(parseDuration(text), undefined, text);
    for (const text of ["", "256", "256M", "1TB", "-1MB"])
      assert.equal(parseSize(text), undefined, text);
  });

  it("print as Docker does", () => {
    assert.deepEqual([250, 1000, 30_000, 60_000, 90_000, 3_600_000, 1500].map(goDuration), [
      "250ms",
      "1s",
      "30s",
      "1m0s",
      "1m30s",
      "1h0m0s",
      "1500ms",
    ]);
  });

  it("survive a round over milliseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (ms) => parseDuration(`${ms}ms`) === ms),
    );
  });

  it("name the path, the range and the value that is out of it", () => {
    const problems = new Problems("x");
    milliseconds("2h", "drain", { min: "0s", max: "1h" }, problems);
    assert.deepEqual(problems.all, [
      {
        path: "drain",
        rule: 'must be a duration from "0s" to "1h", such as "30s"',
        received: '"2h"',
      },
    ]);
  });
});
