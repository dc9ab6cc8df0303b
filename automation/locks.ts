import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { isAlive, startTicks } from "./engine/processTree";
import { LockedError } from "./errors";
import { userName } from "./provenance";
import type { LockHolder } from "./results";

/** The locks of one stack, in the engine's own format and place, so that both sides see each other's. */
export interface Locks {
  list(): Promise<LockHolder[]>;
  /** Removes one lock; one that is gone already is no error. */
  clear(lock: LockHolder): Promise<void>;
  /** Runs a step while holding the engine's lock. @throws LockedError */
  hold<T>(step: () => Promise<T>): Promise<T>;
}

interface LockFile {
  pid?: number;
  username?: string;
  hostname?: string;
  timestamp?: string;
}

/** Locks of a `file://` backend. */
export class FileLocks implements Locks {
  private readonly dir: string;

  constructor(backendDir: string, stackPath: readonly string[]) {
    this.dir = join(backendDir, ".pulumi", "locks", ...stackPath);
  }

  async list(): Promise<LockHolder[]> {
    const files = await readdir(this.dir).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    });
    const locks = await Promise.all(
      files.filter((file) => file.endsWith(".json")).map((file) => readLock(join(this.dir, file))),
    );
    return locks.filter((lock) => lock !== undefined);
  }

  async clear({ location }: LockHolder): Promise<void> {
    if (location !== undefined) await rm(location, { force: true });
  }

  async hold<T>(step: () => Promise<T>): Promise<T> {
    const location = join(this.dir, `${randomUUID()}.json`);
    const mine: LockFile = {
      pid: process.pid,
      username: userName(),
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    await mkdir(this.dir, { recursive: true });
    await writeFile(location, JSON.stringify(mine));
    try {
      const others = (await this.list()).filter(
        (lock) => lock.location !== location && !lock.stale,
      );
      if (others[0]) throw lockedBy(others[0]);
      return await step();
    } finally {
      await rm(location, { force: true });
    }
  }
}

/** The error that names who holds the lock, and since when. */
export function lockedBy(lock: LockHolder, waitedSeconds = 0): LockedError {
  const waited = waitedSeconds > 0 ? `; waited ${Math.round(waitedSeconds)} s for it` : "";
  return new LockedError(`another update holds the stack's lock: ${describeLock(lock)}${waited}`, {
    lock,
  });
}

export function describeLock({ owner, pid, since }: LockHolder): string {
  return [
    owner,
    pid === undefined ? "" : `(pid ${pid})`,
    since === undefined ? "" : `since ${since}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Holders that the engine names in its refusal, for backends whose locks cannot be read here. */
export function locksInText(text: string): LockHolder[] {
  const named = text.matchAll(/(\S+): created by ([^@\s]+)@(\S+) \(pid (\d+)\) at (\S+)/g);
  return Array.from(named, ([, location = "", user = "", host = "", pid, since = ""]) => ({
    owner: `${user}@${host}`,
    user,
    host,
    pid: Number(pid),
    since,
    stale: host === hostname() && !isAlive(Number(pid)),
    location,
  }));
}

async function readLock(location: string): Promise<LockHolder | undefined> {
  const text = await readFile(location, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { pid, username: user, hostname: host, timestamp: since } = parse(text);
  return {
    owner: `${user ?? "unknown"}@${host ?? "unknown"}`,
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    ...(since === undefined ? {} : { since }),
    stale: pid !== undefined && host === hostname() && !(await holds(pid, since)),
    location,
  };
}

function parse(text: string): LockFile {
  try {
    return JSON.parse(text) as LockFile;
  } catch {
    // Being written at this moment, or cut off by a crash: somebody's, but unknown whose.
    return {};
  }
}

/** Whether the process lives that wrote a lock at that time: a later one may have got its pid. */
async function holds(pid: number, since: string | undefined): Promise<boolean> {
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
