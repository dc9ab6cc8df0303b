import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { isAlive, lives } from "./engine/processTree";
import { LockedError } from "./errors";
import { userName } from "./provenance";
import type { LockHolder } from "./results";
import type { Bucket } from "./stores/bucket";

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

/** The folder of a stack's locks, wherever the backend keeps it. */
interface LockFolder {
  /** Locations of all locks. */
  list(): Promise<string[]>;
  /** Undefined when it is gone. */
  read(location: string): Promise<string | undefined>;
  write(location: string, text: string): Promise<void>;
  remove(location: string): Promise<void>;
  location(name: string): string;
}

class EngineLocks implements Locks {
  constructor(private readonly folder: LockFolder) {}

  async list(): Promise<LockHolder[]> {
    const locations = await this.folder.list();
    const locks = await Promise.all(
      locations.filter((each) => each.endsWith(".json")).map((each) => this.holder(each)),
    );
    return locks.filter((lock) => lock !== undefined);
  }

  async clear({ location }: LockHolder): Promise<void> {
    if (location !== undefined) await this.folder.remove(location);
  }

  async hold<T>(step: () => Promise<T>): Promise<T> {
    const location = this.folder.location(`${randomUUID()}.json`);
    const mine: LockFile = {
      pid: process.pid,
      username: userName(),
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    await this.folder.write(location, JSON.stringify(mine));
    try {
      const others = (await this.list()).filter(
        (lock) => lock.location !== location && !lock.stale,
      );
      if (others[0]) throw lockedBy(others[0]);
      return await step();
    } finally {
      await this.folder.remove(location);
    }
  }

  private async holder(location: string): Promise<LockHolder | undefined> {
    const text = await this.folder.read(location);
    return text === undefined ? undefined : holderOf(text, location);
  }
}

/** Locks of a `file://` backend. */
export class FileLocks extends EngineLocks {
  constructor(backendDir: string, stackPath: readonly string[]) {
    const dir = join(backendDir, ".pulumi", "locks", ...stackPath);
    super({
      list: async () => {
        const files = await readdir(dir).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
          throw error;
        });
        return files.map((file) => join(dir, file));
      },
      read: (location) => readFile(location, "utf8").catch(() => undefined),
      write: async (location, text) => {
        await mkdir(dir, { recursive: true });
        await writeFile(location, text);
      },
      remove: (location) => rm(location, { force: true }),
      location: (name) => join(dir, name),
    });
  }
}

/** Locks of an `s3://` backend. */
export class BucketLocks extends EngineLocks {
  constructor(bucket: Bucket, stackPath: readonly string[]) {
    const folder = [".pulumi", "locks", ...stackPath, ""].join("/");
    super({
      list: () => bucket.keys(folder),
      read: async (location) => (await bucket.read(location))?.text,
      write: (location, text) => bucket.write(location, text),
      remove: (location) => bucket.remove(location),
      location: (name) => folder + name,
    });
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

async function holderOf(text: string, location: string): Promise<LockHolder> {
  const { pid, username: user, hostname: host, timestamp: since } = parse(text);
  return {
    owner: `${user ?? "unknown"}@${host ?? "unknown"}`,
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    ...(since === undefined ? {} : { since }),
    stale: pid !== undefined && host === hostname() && !(await lives(pid, since)),
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
