import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { killTree, sendSignal } from "../../automation/engine/processTree";
import { seconds } from "../console";
import type { Ended } from "./counts";

export interface Execution {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** File that takes both streams. */
  log: string;
  limitMilliseconds: number;
  /** Kills it when it aborts. */
  signal: AbortSignal;
}

/**
 * Runs a command to its end, its output in a file. It is killed with all its children when it takes too long or the signal
 * aborts; what it leaves running of its process group is killed when it ends.
 */
export async function execute(
  [file = "", ...args]: readonly string[],
  { cwd, env, log, limitMilliseconds, signal }: Execution,
): Promise<Ended> {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const output = fs.openSync(log, "w");
  const child = spawn(file, args, {
    cwd,
    env,
    // In a file, so that a child that outlives it cannot hold its end up.
    stdio: ["ignore", output, output],
    detached: true,
  });
  fs.closeSync(output);
  let killed: string | undefined;
  const kill = (why: string): void => {
    killed ??= why;
    if (child.pid !== undefined) void killTree(child.pid);
  };
  const killGroup = (): void => {
    if (child.pid !== undefined) sendSignal(-child.pid, "SIGKILL");
  };
  const timer = setTimeout(() => {
    kill(`no end within ${seconds(limitMilliseconds)}`);
  }, limitMilliseconds);
  const onAbort = (): void => {
    kill("cancelled");
  };
  signal.addEventListener("abort", onAbort);
  process.once("exit", killGroup);
  try {
    return await new Promise<Ended>((resolve) => {
      child.once("error", (error) => {
        resolve({ code: undefined, how: error.message });
      });
      child.once("exit", (code, by) => {
        if (killed !== undefined) resolve({ code: undefined, how: killed });
        else resolve({ code: code ?? undefined, how: by ?? `exit code ${String(code)}` });
      });
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    process.removeListener("exit", killGroup);
    killGroup();
  }
}
