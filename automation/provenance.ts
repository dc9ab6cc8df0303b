import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";

import { git } from "./git";
import type { ReleaseSummary } from "./results";
import { together } from "./together";

const lockfiles = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"];

/** Who makes a release. `LANDFALL_USER` names the person behind a CI account. */
export function maker(env: Readonly<Record<string, string | undefined>>): ReleaseSummary["by"] {
  const named = env.LANDFALL_USER;
  return { user: named !== undefined && named !== "" ? named : userName(), host: hostname() };
}

/** This process, as a record names it. */
export function processOf(): { pid: number; host: string } {
  return { pid: process.pid, host: hostname() };
}

/** The program's commit, whether it was changed since, and the hash of the lockfile that fixes its dependencies. */
export async function provenance(
  projectDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReleaseSummary["program"]> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    const { ok, stdout } = await git(projectDir, env, args);
    return ok ? stdout.trim() : undefined;
  };
  const [commit, changes, lockfile] = await together([
    ask("rev-parse", "--verify", "HEAD"),
    ask("status", "--porcelain", "--untracked-files=no"),
    lockfileHash(projectDir),
  ]);
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(commit === undefined || changes === undefined ? {} : { dirty: changes !== "" }),
    ...(lockfile === undefined ? {} : { lockfile }),
  };
}

async function lockfileHash(from: string): Promise<string | undefined> {
  for (let dir = from; ; dir = dirname(dir)) {
    for (const name of lockfiles) {
      const content = await readFile(join(dir, name)).catch(() => undefined);
      if (content) return `sha256:${createHash("sha256").update(content).digest("hex")}`;
    }
    if (dir === dirname(dir)) return undefined;
  }
}

/** The account that this process runs under. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in the user database, as in many containers.
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
