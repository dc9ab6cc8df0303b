import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";

import { killTree } from "../engine/processTree";
import type { Ended } from "./command";
import { Tail, variablesOf } from "./command";
import type { GateIo, GateSpec, GateSubject } from "./types";

/** Processes that the command has left behind may hold its output open: it is not waited for any longer. */
const closeMs = 500;

/** Runs a command on this machine, in the project's folder; it ends with its children at the timeout or on abort. */
export async function onHost(
  { command, timeoutMs }: Extract<GateSpec, { type: "command" }>,
  subject: GateSubject,
  { env, projectDir, clock, signal }: GateIo,
): Promise<Ended> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: projectDir,
    env: { ...env, ...variablesOf(subject) },
    // A group of its own, which can be killed as a whole.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tail = new Tail();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      tail.add(text);
    });
  }
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(timeoutMs, stop).then(() => "late" as const);
  const ended = endOf(child);
  const first = await Promise.race([ended, late]);
  over.abort();
  const told = (rest: Omit<Ended, "output" | "where">): Ended => {
    child.stdout.destroy();
    child.stderr.destroy();
    return { ...rest, output: tail.end, where: "on the machine that deploys" };
  };
  if (first !== "late") return told(first);
  await kill(child);
  return told({
    fault: signal.aborted ? "was cancelled" : `did not end within ${timeoutMs / 1000} s`,
  });
}

function endOf(child: ChildProcess): Promise<{ exitCode?: number; fault?: string }> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve({ fault: `could not be started: ${error.message}` });
    });
    child.once("exit", (code, killed) => {
      const ended =
        code === null ? { fault: `was ended by ${killed ?? "a signal"}` } : { exitCode: code };
      const timer = setTimeout(() => {
        resolve(ended);
      }, closeMs);
      child.once("close", () => {
        clearTimeout(timer);
        resolve(ended);
      });
    });
  });
}

async function kill({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  await killTree(pid);
  try {
    // Those whose parent is gone are not in the tree any more, but still in the group.
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
