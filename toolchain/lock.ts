import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createOnce, isCode, readIfPresent } from "./files";

/** Who holds a lock file. */
export interface LockOwner {
  pid: number;
  /** When the process began, in the kernel's ticks since boot: tells it from a later one with the same pid. */
  startTime: string;
  host: string;
  /** What it does, in words. */
  purpose: string;
}

export interface LockOptions {
  purpose: string;
  /** How long to wait for another owner, in milliseconds. */
  timeout: number;
  /** Called once a second while another owner is waited for. */
  waiting?: (owner: LockOwner) => void;
  signal?: AbortSignal;
}

export class LockTimeoutError extends Error {
  override readonly name = "LockTimeoutError";
}

const POLL_MILLISECONDS = 250;
/** Breaking a stale lock takes a moment; a breaker that died leaves its mark no longer than this. */
const BREAKER_MILLISECONDS = 10_000;

/**
 * Runs work while holding a lock file. A lock whose owner is gone is taken over.
 * @throws LockTimeoutError when another living process held it for the whole time.
 */
export async function withLock<T>(
  file: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const content = JSON.stringify(self(options.purpose));
  const deadline = Date.now() + options.timeout;
  for (let polls = 0; !createOnce(file, content); polls++) {
    options.signal?.throwIfAborted();
    const owner = readLock(file);
    if (owner !== undefined && !isAlive(owner) && breakLock(file)) continue;
    if (Date.now() > deadline) {
      const holder = owner === undefined ? "an unknown process" : `process ${owner.pid}`;
      throw new LockTimeoutError(
        `${file} is held by ${holder} (${owner?.purpose ?? "unreadable"}) for more than ` +
          `${Math.round(options.timeout / 1000)} s: wait for it to end, or end it, and try again`,
      );
    }
    if (owner !== undefined && polls % 4 === 0) options.waiting?.(owner);
    await sleep(POLL_MILLISECONDS, undefined, { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    if (readIfPresent(file) === content) fs.rmSync(file, { force: true });
  }
}

/** The owner that a lock file names, or undefined when there is no (readable) lock. */
export function readLock(file: string): LockOwner | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isOwner(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the owner still runs. Owners on other hosts cannot be seen and count as alive. */
export function isAlive(owner: LockOwner): boolean {
  if (owner.host !== os.hostname()) return true;
  const startTime = processStartTime(owner.pid);
  return startTime !== undefined && startTime === owner.startTime;
}

// Only the one who made the breaker's mark may remove the lock, after a second look: otherwise two waiters that
// saw the same dead owner could remove each other's fresh lock.
function breakLock(file: string): boolean {
  const mark = `${file}.breaking`;
  try {
    fs.mkdirSync(mark);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    const age = Date.now() - (fs.statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > BREAKER_MILLISECONDS) fs.rmSync(mark, { recursive: true, force: true });
    return false;
  }
  try {
    const owner = readLock(file);
    if (owner === undefined || isAlive(owner)) return false;
    fs.rmSync(file, { force: true });
    return true;
  } finally {
    fs.rmSync(mark, { recursive: true, force: true });
  }
}

function self(purpose: string): LockOwner {
  return {
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? "",
    host: os.hostname(),
    purpose,
  };
}

function processStartTime(pid: number): string | undefined {
  let stat: string;
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field is the command in brackets and may hold blanks; the start time is the 22nd.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function isOwner(value: unknown): value is LockOwner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "startTime" in value &&
    typeof value.startTime === "string" &&
    "host" in value &&
    typeof value.host === "string" &&
    "purpose" in value &&
    typeof value.purpose === "string"
  );
}
