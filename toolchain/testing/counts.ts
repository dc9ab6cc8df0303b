import { journalOf } from "./journal";

export interface Counts {
  passed: number;
  failed: number;
  /** Titles of tests that did not run, for example because what they compare with is not there. */
  skipped: string[];
  /** What failed, and why something counts as failed though no test of it did. */
  problems: string[];
  /** How long each test, and each hook worth naming, has taken. */
  times: TestTime[];
}

export interface TestTime {
  title: string;
  milliseconds: number;
}

/** How a process ended: without a code when it was killed or never began. */
export interface Ended {
  code: number | undefined;
  how: string;
}

export function add(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: [...sum.skipped, ...counts.skipped],
      problems: [...sum.problems, ...counts.problems],
      times: [...sum.times, ...counts.times],
    }),
    { passed: 0, failed: 0, skipped: [], problems: [], times: [] },
  );
}

/**
 * The counts in the journal that mocha's reporter left. A run that did not come to its end, or that failed though no
 * test did, is one failure more; tests that were to run and did not are named.
 */
export function mochaCounts(name: string, left: string | undefined, ended: Ended): Counts {
  if (left === undefined) return broken(name, `ended before its first test (${ended.how})`);
  const journal = journalOf(left);
  if (journal === undefined) return broken(name, "left a journal that cannot be read");
  const { passed, failed, skipped, notRun, times } = journal;
  const problems = failed.map((title) => `${name}: failed: ${title}`);
  if (!journal.hasEnded) problems.push(`${name}: ended before its end (${ended.how})`);
  else if (ended.code !== 0 && failed.length === 0)
    problems.push(`${name}: no test failed, but mocha did (${ended.how})`);
  else if (passed + failed.length + skipped.length === 0) return broken(name, "has no tests");
  const failures = Math.max(failed.length, problems.length);
  problems.push(...notRun.map((title) => `${name}: did not run: ${title}`));
  return { passed, failed: failures, skipped, problems, times };
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
    times: [],
  };
}

export function broken(name: string, why: string): Counts {
  return { passed: 0, failed: 1, skipped: [], problems: [`${name}: ${why}`], times: [] };
}
