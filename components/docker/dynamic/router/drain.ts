import { sleep } from "../client";
import { KEEP_ALIVE_SECONDS, LIVE_FILE } from "./files";
import { stateOf, streamsOf, workers } from "./haproxy";
import type { Worker } from "./haproxy";
import { backendOf } from "./part";
import type { RouterSession } from "./session";

const POLL_MS = 100;
const SHELL_KEEP_ALIVE_MS = 10_000;

/** Processes that earlier reloads left, which know nothing of this change, and until when they may get requests. */
export interface Stale {
  pids: ReadonlySet<number>;
  until: number;
}

export async function staleProcesses(session: RouterSession): Promise<Stale> {
  const left = (await workers(session)).filter((worker) => worker.leaving);
  const age = await session.run(
    "tell the age of its last reload",
    `echo $(($(date +%s) - $(stat -c %Y ${LIVE_FILE})))`,
  );
  return {
    pids: new Set(left.map((worker) => worker.pid)),
    until: Date.now() + (KEEP_ALIVE_SECONDS + 1 - Number(age)) * 1000,
  };
}

/** Waits until nothing is under way any more in servers that were left, and nothing can still get there. */
export async function drained(
  session: RouterSession,
  service: string,
  drainSeconds: number,
  stale: Stale | undefined,
): Promise<void> {
  const deadline = Date.now() + drainSeconds * 1000;
  let alive = Date.now();
  for (;;) {
    const all = await workers(session);
    const untold =
      stale !== undefined &&
      Date.now() < stale.until &&
      all.some((worker) => stale.pids.has(worker.pid));
    const busy = Date.now() < deadline && (await underWay(session, all, service));
    if (!untold && !busy) return;
    await sleep(POLL_MS);
    if (Date.now() - alive < SHELL_KEEP_ALIVE_MS) continue;
    alive = Date.now();
    await session.keepAlive();
  }
}

/** Whether servers of the service that take no new requests have any under way, in whichever process. */
async function underWay(
  session: RouterSession,
  all: readonly Worker[],
  service: string,
): Promise<boolean> {
  const backend = backendOf(service);
  for (const worker of all) {
    if (worker.leaving) {
      if ((await streamsOfLeaving(session, worker, backend)) > 0) return true;
    } else {
      const slots = (await stateOf(session, worker)).backends.get(backend) ?? [];
      if (slots.some((slot) => slot.state !== "ready" && slot.sessions > 0)) return true;
    }
  }
  return false;
}

// A process that a reload left ends with its last connection, also between two questions.
async function streamsOfLeaving(
  session: RouterSession,
  worker: Worker,
  backend: string,
): Promise<number> {
  try {
    return await streamsOf(session, worker, backend);
  } catch (error) {
    if ((await workers(session)).some(({ pid }) => pid === worker.pid)) throw error;
    return 0;
  }
}
