import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import type { Command } from "./program";

/** How a child process ended: by itself, or by a signal. */
export type Exit = { code: number } | { signal: NodeJS.Signals };

const GRACE_MILLISECONDS = 2_000;

/** A child, and its end. */
export interface Running {
  child: ChildProcess;
  exit: Promise<Exit>;
}

export interface ChildrenOptions {
  /** Time from SIGTERM to SIGKILL, and how long an ended child's output may be held open by what it has started. @default 2000 */
  graceMilliseconds?: number;
  /** What a command's own environment is added to. @default this process's */
  env?: Readonly<NodeJS.ProcessEnv>;
  /** Whether each leads a process group, so that a terminal's interrupt does not reach it. @default false */
  detached?: boolean;
}

/** The processes that one language host has started, none of which may outlive it. */
export class Children {
  private readonly running = new Set<ChildProcess>();
  private readonly graceMilliseconds: number;

  constructor(private readonly options: ChildrenOptions = {}) {
    this.graceMilliseconds = options.graceMilliseconds ?? GRACE_MILLISECONDS;
  }

  /** Starts a command; the result tells its end, and rejects when it could not be started at all. */
  start(command: Command, stdio: StdioOptions): Running {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...(this.options.env ?? process.env), ...command.env },
      stdio,
      detached: this.options.detached === true,
    });
    this.running.add(child);
    const exit = new Promise<Exit>((resolve, reject) => {
      child.once("error", (cause) => {
        this.running.delete(child);
        reject(new Error(`${command.file} could not be started: ${cause.message}`, { cause }));
      });
      // `close` waits for the pipes, which a process that the child has left behind may hold open.
      let lingering: NodeJS.Timeout | undefined;
      const done = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearTimeout(lingering);
        this.running.delete(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(signal === null ? { code: code ?? 0 } : { signal });
      };
      child.once("exit", (code, signal) => {
        lingering = setTimeout(done, this.graceMilliseconds, code, signal);
      });
      child.once("close", done);
    });
    return { child, exit };
  }

  /** Ends one child: politely first, by force after the grace period. */
  stop(child: ChildProcess): void {
    if (!this.running.has(child)) return;
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), this.graceMilliseconds);
    child.once("close", () => {
      clearTimeout(force);
    });
  }

  /** Ends all children and waits until they are gone. */
  async stopAll(): Promise<void> {
    const gone = [...this.running].map(
      (child) =>
        new Promise<void>((resolve) =>
          child.once("close", () => {
            resolve();
          }),
        ),
    );
    for (const child of [...this.running]) this.stop(child);
    await Promise.all(gone);
  }
}
