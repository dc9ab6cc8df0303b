import { seconds } from "../console";
import { readIfPresent } from "../files";
import type { Counts } from "./counts";
import type { Job, SuiteKind } from "./suites";

export interface JobResult {
  kind: SuiteKind;
  name: string;
  counts: Counts;
  milliseconds: number;
}

const PROGRESS_MILLISECONDS = 30_000;
const SLOWEST = 10;

/** Says every half minute what is under way. @returns what ends it. */
export function showProgress(running: ReadonlyMap<Job, number>, left: () => number): () => void {
  const timer = setInterval(() => {
    const list = [...running].map(([{ name }, from]) => `${name} ${seconds(Date.now() - from)}`);
    process.stdout.write(`.. ${list.join(", ")}; ${left()} to come\n`);
  }, PROGRESS_MILLISECONDS);
  return () => {
    clearInterval(timer);
  };
}

/** A job's output in one piece, under a line that says how it went. */
export function showJob({ log }: Job, { name, counts, milliseconds }: JobResult): void {
  const { passed, failed } = counts;
  const how = `${passed} passed, ${failed} failed in ${seconds(milliseconds)}`;
  const output = (readIfPresent(log) ?? "").trimEnd();
  process.stdout.write(`\n== ${name}: ${how}\n${output === "" ? "" : `${output}\n`}`);
}

/** The jobs, tests and hooks that took longest, and what each suite took of the cores' time in all. */
export function timeReport(results: readonly JobResult[]): string[] {
  const jobs = results.map(({ name, milliseconds }) => ({ title: name, milliseconds }));
  const tests = results.flatMap(({ name, counts }) =>
    counts.times.map(({ title, milliseconds }) => ({ title: `${name}: ${title}`, milliseconds })),
  );
  return [
    ...(jobs.length > 1 ? ["slowest:", ...slowest(jobs)] : []),
    ...(tests.length > 0 ? ["slowest tests and hooks:", ...slowest(tests)] : []),
  ];
}

/** One entry for each suite, such as `engine 310.2 s in 16 files`: they overlap, so these are more than the time in all. */
export function suiteTimes(results: readonly JobResult[]): string[] {
  const kinds = [...new Set(results.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = results.filter((result) => result.kind === kind);
    const sum = own.reduce((all, { milliseconds }) => all + milliseconds, 0);
    return `${kind} ${seconds(sum)}${own.length > 1 ? ` in ${own.length} jobs` : ""}`;
  });
}

function slowest(times: readonly { title: string; milliseconds: number }[]): string[] {
  return [...times]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, SLOWEST)
    .map(({ title, milliseconds }) => `${seconds(milliseconds).padStart(9)}  ${title}`);
}
