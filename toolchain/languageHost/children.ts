import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import type { Command } from "./program";

/** How a child process ended: by itself, or by a signal. */
export type Exit = { code: number } | { signal: NodeJS.Signals };

const GRACE_MILLISECONDS = 2_000;

/** The processes that one language host has started, none of which may outlive it. */
export class Children {
  private readonly running = new Set<ChildProcess>();

  constructor(private readonly graceMilliseconds = GRACE_MILLISECONDS) {}

  /** Starts a command; the result tells its end, and rejects when it could not be started at all. */
  start(command: Command, stdio: StdioOptions): { child: ChildProcess; exit: Promise<Exit> } {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio,
    });
    this.running.add(child);
    const exit = new Promise<Exit>((resolve, reject) => {
      child.once("error", (cause) => {
        this.running.delete(child);
        reject(new Error(`${command.file} could not be started: ${cause.message}`, { cause }));
      });
      child.once("close", (code, signal) => {
        this.running.delete(child);
        resolve(signal === null ? { code: code ?? 0 } : { signal });
      });
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
