import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { dirname, delimiter } from "node:path";

import type { Attached } from "../../toolchain/attached";
import type { Attachable } from "../../toolchain/locate";
import type { ExpectedProgram } from "../../toolchain/languageHost/warm";
import { descendantsOf, killTree, sendSignal } from "./processTree";

/** What a run of the engine left behind. */
export interface EngineRun {
  args: readonly string[];
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The engine ran and failed, or could not be started. Its text is not redacted yet: never show it as it is. */
export class EngineFailure extends Error {
  constructor(
    readonly run: EngineRun,
    /** How the run was stopped, if it was by us. */
    readonly stopped: "no" | "cancelled" | "killed",
    options?: ErrorOptions,
  ) {
    super(
      `pulumi ${run.args[0] ?? ""} ended with ${run.signal ?? `code ${run.code ?? "none"}`}`,
      options,
    );
    this.name = "EngineFailure";
  }
}

export interface EngineCommandOptions {
  /** Path of the pulumi binary. */
  binary: string;
  /** The whole environment of the engine: nothing is taken from this process. */
  env: Readonly<Record<string, string>>;
  /** What of the engine's own processes this one may be. @default nothing */
  attachable?: Attachable;
  /** The program that updates and previews run. @default it is not known beforehand */
  program?: ExpectedProgram;
  /** What has to be done before each start. @default nothing */
  before?: () => Promise<void>;
  /** Stops the engine. Read commands are stopped at once, updates are asked first. */
  signal?: AbortSignal;
  /** Milliseconds from the first SIGINT to the second, by which the engine gives up waiting. */
  interruptAfterMs: number;
  /** Milliseconds from the second SIGINT to SIGKILL of the engine and all its plugins. */
  killAfterMs: number;
}

/** Are told what the engine prints, as it comes. */
type Listeners = [onOutput?: (text: string) => void, onError?: (text: string) => void];

const updates = new Set(["up", "destroy", "refresh", "preview", "import"]);

/** At most so much of each stream is kept for error messages and JSON: the end of it. */
const keepBytes = 256 * 1024 * 1024;

/**
 * Stands in for the automation API's own command, which loses the exit code and the output of a failure, ignores
 * a signal that was aborted before, mixes this process's environment in, and leaves plugins behind when it kills.
 */
export class EngineCommand {
  constructor(private readonly options: EngineCommandOptions) {}

  async run(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    ...listeners: Listeners
  ): Promise<EngineRun & { code: number }> {
    const all = args.includes("--non-interactive") ? [...args] : [...args, "--non-interactive"];
    await this.options.before?.();
    const own = this.environment(env);
    const attached = await this.attached(all, own);
    try {
      return await this.start(all, cwd, { ...own, ...attached?.env }, ...listeners);
    } finally {
      await attached?.close();
    }
  }

  private async start(
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    ...listeners: Listeners
  ): Promise<EngineRun & { code: number }> {
    const { binary, signal } = this.options;
    const none: EngineRun = { args, code: null, signal: null, stdout: "", stderr: "" };
    if (signal?.aborted === true) throw new EngineFailure(none, "cancelled");
    const child = spawn(binary, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C in a terminal reaches us alone, and we tell the engine in our own way.
      detached: true,
    });
    const stopping = new Stopping(child, updates.has(args[0] ?? ""), this.options);
    try {
      const run = { ...none, ...(await finished(child, ...listeners)) };
      if (run.code !== 0) throw new EngineFailure(run, stopping.stopped);
      return { ...run, code: run.code };
    } catch (error) {
      if (error instanceof EngineFailure) throw error;
      throw new EngineFailure(none, stopping.stopped, { cause: error });
    } finally {
      await stopping.end();
    }
  }

  /** Loaded only for runs that need plugins: commands that read need none of it. */
  private async attached(
    args: string[],
    env: Record<string, string>,
  ): Promise<Attached | undefined> {
    const { attachable, program, signal } = this.options;
    if (attachable === undefined || !updates.has(args[0] ?? "") || signal?.aborted === true)
      return undefined;
    const { attach } = await import("../../toolchain/attached");
    const runsProgram = args[0] === "up" || args[0] === "preview";
    const place = program && { directory: program.directory };
    return attach({ ...attachable, ...place, ...(runsProgram && program && { program }) }, env);
  }

  private environment(env: Readonly<Record<string, string>>): Record<string, string> {
    const own = { ...this.options.env, ...env };
    const path = [dirname(this.options.binary), own.PATH ?? ""].join(delimiter);
    return { ...own, PATH: path, PULUMI_AUTOMATION_API: "true" };
  }
}

/** Asks the engine to stop, then insists, then ends it with everything that it started. */
class Stopping {
  stopped: "no" | "cancelled" | "killed" = "no";
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly abort = (): void => {
    this.begin();
  };
  private killing: Promise<void> | undefined;
  private offspring: number[] = [];

  constructor(
    private readonly child: ChildProcess,
    private readonly graceful: boolean,
    private readonly options: EngineCommandOptions,
  ) {
    options.signal?.addEventListener("abort", this.abort, { once: true });
  }

  /** To be called when the engine is gone: ends what a killed or crashed engine may have left running. */
  async end(): Promise<void> {
    this.options.signal?.removeEventListener("abort", this.abort);
    for (const timer of this.timers) clearTimeout(timer);
    await this.killing;
    if (this.stopped === "no") return;
    for (const pid of this.offspring) sendSignal(pid, "SIGKILL");
  }

  private begin(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    this.stopped = "cancelled";
    const { interruptAfterMs, killAfterMs } = this.options;
    if (!this.graceful) {
      this.kill(pid);
      return;
    }
    sendSignal(pid, "SIGINT");
    this.remember(pid);
    this.timers.push(
      setTimeout(() => {
        this.remember(pid);
        sendSignal(pid, "SIGINT");
      }, interruptAfterMs),
      setTimeout(() => {
        this.kill(pid);
      }, interruptAfterMs + killAfterMs),
    );
  }

  private kill(pid: number): void {
    this.stopped = "killed";
    this.killing = killTree(pid);
  }

  private remember(pid: number): void {
    void descendantsOf(pid).then(
      (pids) => {
        this.offspring = pids;
      },
      () => undefined,
    );
  }
}

function finished(
  child: ChildProcess,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
): Promise<Pick<EngineRun, "code" | "signal" | "stdout" | "stderr">> {
  const stdout = collect(child.stdout, onOutput);
  const stderr = collect(child.stderr, onError);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // `close` waits for the pipes, which a plugin that outlives the engine may hold open: not for longer than this.
    let lingering: NodeJS.Timeout | undefined;
    const done = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(lingering);
      resolve({ code, signal, stdout: stdout(), stderr: stderr() });
    };
    child.once("exit", (code, signal) => {
      lingering = setTimeout(done, 2000, code, signal);
    });
    child.once("close", done);
  });
}

function collect(
  stream: NodeJS.ReadableStream | null,
  listen?: (text: string) => void,
): () => string {
  const chunks: string[] = [];
  let size = 0;
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    chunks.push(chunk);
    size += chunk.length;
    while (size > keepBytes && chunks.length > 1) size -= chunks.shift()?.length ?? 0;
    listen?.(chunk);
  });
  return () => chunks.join("");
}
