import { availableParallelism } from "node:os";
import { Phases, seconds } from "./console";
import { messageOf } from "./files";
import { interruptSignal, prepare } from "./prepare";
import { add, broken } from "./testing/counts";
import type { Counts } from "./testing/counts";
import { environmentOf } from "./testing/environment";
import { showJob, showProgress, suiteTimes, timeReport } from "./testing/report";
import type { JobResult } from "./testing/report";
import { runSideBySide } from "./testing/schedule";
import { allJobs, ON_DEMAND } from "./testing/suites";
import type { Job, SuiteKind } from "./testing/suites";

/** Suites that need neither Docker nor the engine. */
const NEEDS_NOTHING: readonly SuiteKind[] = ["lint", "typecheck", "unit"];

/**
 * scripts/test: the set-up of scripts/up, then suites and test files; the last line adds them up.
 *
 * @param wanted Kinds of suites and paths of test files; all suites when there are none.
 */
export async function main(wanted: string[]): Promise<void> {
  const started = Number(process.env["LANDFALL_STARTED_AT"] ?? Date.now());
  const phases = new Phases();
  const signal = interruptSignal();
  const all = allJobs();
  const isWanted = ({ kind, name }: Job, by: string): boolean => kind === by || name === by;
  const jobs = all.filter((job) =>
    wanted.length === 0
      ? ON_DEMAND[job.kind] === undefined
      : wanted.some((by) => isWanted(job, by)),
  );
  const setUp: Counts[] = [];
  let env = process.env;
  if (jobs.some(({ kind }) => !NEEDS_NOTHING.includes(kind))) {
    try {
      env = { ...process.env, ...(await prepare(phases, signal)).env };
    } catch (error) {
      setUp.push(broken("set-up", messageOf(error)));
    }
  }
  const results = await runAll(jobs, env, signal);
  if (signal.aborted) process.exit(130);
  const unknown = wanted.filter((by) => !all.some((job) => isWanted(job, by)));
  setUp.push(...unknown.map((by) => broken("scripts/test", `there is no test ${by}`)));
  const times = [
    ...phases.timings.map(({ name, milliseconds }) => `${name} ${seconds(milliseconds)}`),
    ...suiteTimes(results),
  ];
  process.stdout.write(`\n${timeReport(results).join("\n")}\n`);
  finish(
    add([...setUp, ...results.map(({ counts }) => counts)]),
    wanted.length === 0 ? leftOut() : [],
    `${times.join(", ")}; ${seconds(Date.now() - started)} in all`,
  );
}

async function runAll(
  jobs: readonly Job[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<JobResult[]> {
  const running = new Map<Job, number>();
  let left = jobs.length;
  const stopProgress = showProgress(running, () => left);
  const run = async (job: Job): Promise<JobResult> => {
    const from = Date.now();
    running.set(job, from);
    left--;
    const counts = await job
      .run(environmentOf(job.kind, env), signal)
      .catch((error: unknown) => broken(job.name, messageOf(error)));
    running.delete(job);
    const result = { kind: job.kind, name: job.name, counts, milliseconds: Date.now() - from };
    if (!signal.aborted) showJob(job, result);
    return result;
  };
  try {
    return await runSideBySide(jobs, coresFor(process.env), run, signal);
  } finally {
    stopProgress();
  }
}

/** LANDFALL_TEST_CORES leaves some of the machine to others. */
function coresFor(env: NodeJS.ProcessEnv): number {
  const asked = Number(env["LANDFALL_TEST_CORES"]);
  return asked > 0 ? asked : availableParallelism();
}

/** Says what a run of everything does not run. */
function leftOut(): string[] {
  return Object.entries(ON_DEMAND).map(
    ([kind, why]) => `left out: ${kind} (${why}); run \`scripts/test ${kind}\``,
  );
}

function finish(counts: Counts, notes: readonly string[], times: string): never {
  const lines = [
    "",
    times,
    ...notes,
    ...counts.skipped.map((title) => `skipped: ${title}`),
    ...counts.problems,
    `${counts.passed} passed, ${counts.failed} failed`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exit(counts.failed === 0 ? 0 : 1);
}
