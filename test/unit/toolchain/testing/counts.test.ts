import assert from "node:assert/strict";
import { add, mochaCounts, pytestCounts } from "../../../toolchain/counts";

describe("adding up the suites", () => {
  const good = { code: 0, how: "exit code 0" };
  const bad = { code: 1, how: "exit code 1" };
  const left = (passes: number, failures: number, skipped: string[] = []): string =>
    JSON.stringify({ passes, failures, skipped });

  it("sums what passed, failed and was skipped", () => {
    const all = [
      mochaCounts("unit", left(3, 1, ["a"]), bad),
      mochaCounts("engine", left(2, 0), good),
    ];
    assert.deepEqual(add(all), { passed: 5, failed: 1, skipped: ["a"], problems: [] });
  });

  for (const [what, counts] of [
    ["ends before its end", mochaCounts("s", undefined, { code: undefined, how: "SIGKILL" })],
    ["cannot load a file", mochaCounts("s", undefined, bad)],
    ["fails though no test did", mochaCounts("s", left(3, 0), bad)],
    ["has no tests", mochaCounts("s", left(0, 0), good)],
    ["leaves rubbish", mochaCounts("s", "{}", good)],
    ["leaves no pytest report", pytestCounts("s", undefined, bad)],
    ["fails in pytest though no test did", pytestCounts("s", `<testsuite tests="2" />`, bad)],
  ] as const) {
    it(`counts a suite as failed that ${what}`, () => {
      assert.equal(counts.failed, 1);
      assert.equal(counts.problems.length, 1);
    });
  }

  it("reads pytest's report", () => {
    const xml = `<?xml?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1">`;
    const counts = pytestCounts("apps/x", xml, bad);
    assert.deepEqual([counts.passed, counts.failed, counts.skipped.length], [4, 3, 3]);
  });
});
