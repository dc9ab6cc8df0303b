import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";

export interface RunOptions {
  cwd?: string;
  /** The whole environment of the command. @default this process's own */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command and its children are killed. */
  timeout: number;
  /** File that gets the whole output, from its beginning. */
  log?: string;
  /** Called with each line of output. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

export interface RunResult {
  /** The exit code; undefined when a signal or the time-out ended it, or it could not be started. */
  code: number | undefined;
  /** Standard output, at most its last 64 KiB. */
  stdout: string;
  /** The last lines of all output. */
  tail: string[];
  /** Why there is no exit code. */
  problem?: string;
}

const TAIL_LINES = 30;
const STDOUT_LIMIT = 64 * 1024;

/** Runs a command in a process group of its own, with bounded time; never rejects but for an aborted signal. */
export async function runCommand(
  file: string,
  args: string[],
  options: RunOptions,
): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const log = openLog(options.log);
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let problem: string | undefined;
  const kill = (why: string): void => {
    problem ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const onExit = (): void => {
    kill("this process ended");
  };
  const onAbort = (): void => {
    kill("cancelled");
  };
  const timer = setTimeout(() => {
    kill(`no end within ${Math.round(options.timeout / 1000)} s`);
  }, options.timeout);
  process.once("exit", onExit);
  options.signal?.addEventListener("abort", onAbort, { once: true });

  const tail: string[] = [];
  let stdout = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout = (stdout + data.toString()).slice(-STDOUT_LIMIT);
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (log !== undefined) stream.on("data", (data: Buffer) => fs.writeSync(log, data));
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line);
    });
  }
  const code = await new Promise<number | undefined>((resolve) => {
    child.once("error", (error) => {
      problem ??= error.message;
      resolve(undefined);
    });
    child.once("close", (exitCode, signal) => {
      if (signal !== null) problem ??= `ended by ${signal}`;
      resolve(exitCode ?? undefined);
    });
  });
  clearTimeout(timer);
  process.removeListener("exit", onExit);
  options.signal?.removeEventListener("abort", onAbort);
  if (log !== undefined) fs.closeSync(log);
  options.signal?.throwIfAborted();
  return { code: problem === undefined ? code : undefined, stdout, tail, problem };
}

/** One line about how a command failed. */
export function describeFailure(result: RunResult): string {
  const last = result.tail.at(-1);
  const how = result.problem ?? `exit code ${String(result.code)}`;
  return last === undefined ? how : `${how}: ${last.trim()}`;
}

function openLog(file: string | undefined): number | undefined {
  if (file === undefined) return undefined;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return fs.openSync(file, "w");
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
