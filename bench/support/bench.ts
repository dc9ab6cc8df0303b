import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import execa from "execa";

/** What a bench works with. */
export interface Run {
  /** Aborted by Ctrl-C and when the bench takes too long. */
  readonly signal: AbortSignal;
  /** Says what is being done, with the time since the start. */
  step(text: string): void;
  /** Has something undone at the end, the last first, however the bench ends. */
  defer(undo: () => unknown): void;
}

/** Runs a bench within a time, names the machine and its load before and after it, and cleans up. */
export async function bench(
  title: string,
  limitMinutes: number,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const limit = setTimeout(() => {
    stop.abort(new Error(`did not end within ${limitMinutes} minutes`));
  }, limitMinutes * 60_000);
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      stop.abort(new Error(`ended by ${name}; cleaning up`));
    });
  }
  const undos: (() => unknown)[] = [];
  const started = performance.now();
  const run: Run = {
    signal: stop.signal,
    step: (text) => {
      stop.signal.throwIfAborted();
      const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
      process.stderr.write(`${seconds} s  ${text}\n`);
    },
    defer: (undo) => undos.unshift(undo),
  };
  process.stdout.write(`${title}\n${await machine()}\nload average before: ${load()}\n`);
  try {
    await Promise.race([work(run), aborted(stop.signal)]);
  } catch (error) {
    process.exitCode = stop.signal.aborted ? 130 : 1;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? "") : String(error)}\n`);
  } finally {
    clearTimeout(limit);
    // Taken before the cleaning up, which is no part of what was measured.
    process.stdout.write(`load average after: ${load()}\n`);
    for (const undo of undos) {
      try {
        await undo();
      } catch (error) {
        process.exitCode ||= 1;
        process.stderr.write(`cleaning up failed: ${String(error)}\n`);
      }
    }
  }
  process.exit();
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}

async function machine(): Promise<string> {
  const docker = await execa("docker", ["version", "--format", "{{.Server.Version}}"]).then(
    ({ stdout }) => stdout,
    () => "none",
  );
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.cpus().length} cores, ${memory} GiB, Node ${process.version}, Docker ${docker}, ${new Date().toISOString().slice(0, 10)}`;
}

/** The load averages of the last 1, 5 and 15 minutes. */
export function load(): string {
  return os
    .loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");
}

/** Lets what the step before has left behind (exiting plugins, freed memory) come to rest. */
export async function settle(): Promise<void> {
  await sleep(2000);
}

/** What a piece of work gave, and the seconds that it took. */
export async function timed<T>(work: () => PromiseLike<T>): Promise<{ value: T; seconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - started) / 1000 };
}
