/** What the schedule looks at. */
export interface Schedulable {
  /** Cores that it keeps busy while it runs, 1 or less: what mostly waits leaves room for others. */
  load: number;
  /** Why nothing else may run beside it. */
  alone?: string;
}

/**
 * Runs jobs side by side as far as the cores go, in the order given: one that does not fit yet holds the later ones up, so
 * that none waits for ever. Those that need the machine for themselves come last, one by one.
 *
 * @param signal Once aborted nothing is started any more; what runs is waited for.
 * @returns the results of what was started, in the order in which it ended.
 */
export async function runSideBySide<J extends Schedulable, R>(
  jobs: readonly J[],
  cores: number,
  run: (job: J) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  const running = new Map<J, Promise<void>>();
  const start = (job: J): void => {
    const ended = run(job)
      .then((result) => void results.push(result))
      .finally(() => running.delete(job));
    running.set(job, ended);
  };
  for (const job of [...jobs.filter(shares), ...jobs.filter((each) => !shares(each))]) {
    while (!fits(job, [...running.keys()], cores)) await Promise.race(running.values());
    if (signal.aborted) break;
    start(job);
  }
  await Promise.all(running.values());
  return results;
}

function shares({ alone }: Schedulable): boolean {
  return alone === undefined;
}

function fits(job: Schedulable, running: readonly Schedulable[], cores: number): boolean {
  if (running.length === 0) return true;
  if (!shares(job) || !running.every(shares)) return false;
  const busy = running.reduce((sum, { load }) => sum + load, 0);
  // Shares such as a third do not add up to the digit.
  return busy + job.load <= cores + 0.001;
}
