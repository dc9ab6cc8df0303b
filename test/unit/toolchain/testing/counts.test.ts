import assert from "node:assert/strict";
import { add, mochaCounts, pytestCounts } from "../../../../toolchain/testing/counts";

describe("adding up the suites", () => {
  const good = { code: 0, how: "exit code 0" };
  const bad = { code: 1, how: "exit code 1" };
  const killed = { code: undefined, how: "SIGKILL" };
  const entry = (kind: string, title: string): object => ({ kind, title, milliseconds: 7 });
  const planned = (...titles: string[]): object => ({ kind: "planned", titles });
  const end = { kind: "end" };
  const journal = (...entries: object[]): string =>
    entries.map((each) => `${JSON.stringify(each)}\n`).join("");
  const [one, two] = [entry("passed", "one"), entry("passed", "two")];

  it("sums what passed, failed and was skipped, and names what failed", () => {
    const all = [
      mochaCounts(
        "unit",
        journal(planned("one", "x", "a"), one, entry("failed", "x"), entry("skipped", "a"), end),
        bad,
      ),
      mochaCounts("engine", journal(planned("one", "two"), one, two, end), good),
    ];
    const { times, ...sums } = add(all);
    const problems = ["unit: failed: x"];
    assert.deepEqual(sums, { passed: 3, failed: 1, skipped: ["a"], problems });
    assert.deepEqual(times.at(-1), { title: "two", milliseconds: 7 });
  });

  for (const [what, counts] of [
    ["ends before its first test", mochaCounts("s", undefined, killed)],
    ["cannot load a file", mochaCounts("s", undefined, bad)],
    ["fails though no test did", mochaCounts("s", journal(planned("one"), one, end), bad)],
    ["has no tests", mochaCounts("s", journal(planned(), end), good)],
    ["leaves rubbish", mochaCounts("s", "{}\n", good)],
    ["leaves no pytest report", pytestCounts("s", undefined, bad)],
    ["fails in pytest though no test did", pytestCounts("s", `<testsuite tests="2" />`, bad)],
  ] as const) {
    it(`counts a suite as failed that ${what}`, () => {
      assert.equal(counts.failed, 1);
      assert.equal(counts.problems.length, 1);
    });
  }

  it("counts a run that was killed as failed, with what it has done and the tests that it has not", () => {
    const left = `${journal(planned("one", "two", "two"), one, two)}{"kind":"pas`;
    const { passed, failed, problems } = mochaCounts("s", left, killed);
    assert.deepEqual([passed, failed], [2, 1]);
    assert.deepEqual(problems, ["s: ended before its end (SIGKILL)", "s: did not run: two"]);
  });

  it("names the tests that a failed hook has kept from running", () => {
    const hook = entry("failed", `"before all" hook`);
    const { failed, problems } = mochaCounts("s", journal(planned("one"), hook, end), bad);
    assert.equal(failed, 1);
    assert.deepEqual(problems, [`s: failed: "before all" hook`, "s: did not run: one"]);
  });

  it("reads pytest's report", () => {
    const xml = `<?xml?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1">`;
    const counts = pytestCounts("apps/x", xml, bad);
    assert.deepEqual([counts.passed, counts.failed, counts.skipped.length], [4, 3, 3]);
  });
});
