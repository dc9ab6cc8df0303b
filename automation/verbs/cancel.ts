import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

import { isAlive, killTree, sendSignal } from "../engine/processTree";
import { LockedError } from "../errors";
import { describeLock } from "../locks";
import type { Locks } from "../locks";
import type { CancelResult, LockHolder } from "../results";
import { reading } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** Seconds that an engine of this host gets to end by itself, before and after it is asked a second time. */
const graceSeconds = 30;

/**
 * Stops the update that holds the stack's lock and frees the lock. An engine of this host is asked to end, and
 * killed when it does not; of one on another host only the lock can be removed.
 */
export async function cancel(session: Session): Promise<CancelResult> {
  const { locks, stack, workspace } = session;
  if (locks === undefined) {
    await reading(session, () => workspace.cancelUpdate());
    return { stack, freed: [], recovered: [] };
  }
  const held = await locks.list();
  if (held.length === 0) await readStack(session, { create: false });
  for (const lock of held) await free(session, locks, lock);
  return { stack, freed: held, recovered: [] };
}

async function free(session: Session, locks: Locks, lock: LockHolder): Promise<void> {
  const { pid, host, stale } = lock;
  if (!stale && pid !== undefined && host === hostname()) await stop(session, lock, pid);
  await locks.clear(lock);
}

async function stop({ context }: Session, lock: LockHolder, pid: number): Promise<void> {
  if (!(await isEngine(pid))) {
    throw new LockedError(
      `the lock is held by ${describeLock(lock)}, which lives and is not the Pulumi engine`,
      { lock, fix: "End that process, then run `landfall cancel` again." },
    );
  }
  for (let asked = 0; asked < 2; asked++) {
    sendSignal(pid, "SIGINT");
    const deadline = context.clock.now() + graceSeconds * 1000;
    while (context.clock.now() < deadline) {
      if (!isAlive(pid)) return;
      context.check();
      await context.clock.sleep(200, context.signal);
    }
  }
  await killTree(pid);
}

async function isEngine(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  return name === undefined ? isAlive(pid) : name.trim().startsWith("pulumi");
}
