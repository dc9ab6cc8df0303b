import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Whether a process of this machine lives. One that belongs to another user lives as well; one that has ended and only
 * waits for its parent to ask how does not: a container's first process may never ask.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !hasEnded(pid);
}

/** Waits until none of the processes lives, for at most so long. Resolves with those that still do. */
export async function gone(pids: readonly number[], withinMs: number): Promise<number[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const alive = pids.filter(isAlive);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Linux only: elsewhere a process that can be signalled counts as alive. */
function hasEnded(pid: number): boolean {
  try {
    return /^[ZX]$/.test(fieldsOf(readFileSync(`/proc/${pid}/stat`, "utf8"))[0] ?? "");
  } catch {
    return false;
  }
}

/** All processes that descend from this one, parents first. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const [child, parent] of await parents()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const own = children.get(next) ?? [];
    found.push(...own);
    queue.push(...own);
  }
  return found;
}

/**
 * Kills a process and its descendants for good. They are listed first: plugins of the engine live in process
 * groups of their own, and once the engine is gone nothing tells whose they were.
 */
export async function killTree(pid: number): Promise<void> {
  const tree = [...(await descendantsOf(pid).catch(() => [])), pid].reverse();
  for (const each of tree) sendSignal(each, "SIGKILL");
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** When the process was started, in clock ticks since boot: tells a reused pid apart. Linux only. */
export async function startTicks(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined ? undefined : Number(fieldsOf(stat)[19]);
}

/** Whether the process lives that had this pid at that time (ISO 8601): a later one may have got it. */
export async function lives(pid: number, since: string | undefined): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const [ticks, uptime] = await Promise.all([
    startTicks(pid),
    readFile("/proc/uptime", "utf8").catch(() => undefined),
  ]);
  if (ticks === undefined || uptime === undefined || since === undefined) return true;
  const ticksPerSecond = 100;
  const startedAt = Date.now() - (Number(uptime.split(" ")[0]) - ticks / ticksPerSecond) * 1000;
  return startedAt <= Date.parse(since) + 5000;
}

async function parents(): Promise<[pid: number, parent: number][]> {
  const entries = await readdir("/proc").catch(() => undefined);
  if (!entries) return parentsByPs();
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid): Promise<[number, number] | undefined> => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
      return stat === undefined ? undefined : [pid, Number(fieldsOf(stat)[1])];
    }),
  );
  return found.filter((pair) => pair !== undefined);
}

/** The fields after the command's name, which itself may hold spaces and brackets. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

async function parentsByPs(): Promise<[number, number][]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]): [number, number] => [pid, parent]);
}
