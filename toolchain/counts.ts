export interface Counts {
  passed: number;
  failed: number;
  /** Titles of tests that did not run, for example because what they compare with is not there. */
  skipped: string[];
  /** Why a suite counts as failed though no test of it did. */
  problems: string[];
}

export function add(all: Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: [...sum.skipped, ...counts.skipped],
      problems: [...sum.problems, ...counts.problems],
    }),
    { passed: 0, failed: 0, skipped: [], problems: [] },
  );
}

/** The counts that mocha's reporter left; without them, or against its exit code, the suite itself failed. */
export function mochaCounts(name: string, left: string | undefined, ended: Ended): Counts {
  if (left === undefined) return broken(name, `ended before its end (${ended.how})`);
  const parsed: unknown = JSON.parse(left);
  if (!isMochaCounts(parsed)) return broken(name, "left counts that cannot be read");
  const counts = { passed: parsed.passes, failed: parsed.failures, skipped: parsed.skipped };
  if (ended.code !== 0 && parsed.failures === 0) {
    return {
      ...counts,
      failed: 1,
      problems: [`${name}: no test failed, but mocha did (${ended.how})`],
    };
  }
  if (parsed.passes + parsed.failures + parsed.skipped.length === 0) {
    return broken(name, "has no tests");
  }
  return { ...counts, problems: [] };
}

/** The counts of pytest's JUnit file. */
export function pytestCounts(name: string, xml: string | undefined, ended: Ended): Counts {
  const suite = /<testsuite [^>]*>/.exec(xml ?? "")?.[0];
  if (suite === undefined) return broken(name, `pytest left no report (${ended.how})`);
  const number = (key: string): number =>
    Number(new RegExp(` ${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const bad = number("failures") + number("errors");
  const skipped = number("skipped");
  const passed = number("tests") - bad - skipped;
  if (ended.code !== 0 && bad === 0) return broken(name, `pytest failed (${ended.how})`);
  return {
    passed,
    failed: bad,
    skipped: Array.from({ length: skipped }, () => `${name}: a skipped test`),
    problems: [],
  };
}

export interface Ended {
  code: number | undefined;
  how: string;
}

export function broken(name: string, why: string): Counts {
  return { passed: 0, failed: 1, skipped: [], problems: [`${name}: ${why}`] };
}

function isMochaCounts(
  value: unknown,
): value is { passes: number; failures: number; skipped: string[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "passes" in value &&
    typeof value.passes === "number" &&
    "failures" in value &&
    typeof value.failures === "number" &&
    "skipped" in value &&
    Array.isArray(value.skipped)
  );
}
