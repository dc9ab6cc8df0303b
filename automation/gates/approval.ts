import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import { z } from "zod";

import { systemClock } from "../clock";
import { isAlive } from "../engine/processTree";
import { processOf } from "../provenance";
import type { ReleaseStore } from "../release";
import type { ApprovalRequest, GateIo } from "./types";

const requestShape = z.object({
  id: z.string(),
  release: z.number(),
  service: z.string(),
  gate: z.string(),
  message: z.string(),
  since: z.string(),
  process: z.object({ pid: z.number(), host: z.string() }),
});

const answerShape = z.object({
  id: z.string(),
  approved: z.boolean(),
  by: z.string(),
  at: z.string(),
  reason: z.string().optional(),
});

/** A manual gate that waits for an answer, as the store has it. */
export type PendingApproval = z.infer<typeof requestShape>;

/** An answer to a pending approval. */
export type GivenApproval = z.infer<typeof answerShape>;

type Notes = Pick<ReleaseStore, "readNote" | "writeNote">;

/**
 * How a deploy asks people, through notes beside the releases: the deploying process alone writes what it waits for,
 * those who answer alone write answers. So no terminal overwrites the other's note. Each wait has an id of its own,
 * since the number of a release that never began is given again.
 */
export function approvalsOf(
  store: Notes,
  clock = systemClock,
): Pick<GateIo, "approval" | "withdraw"> {
  const waiting = new Map<string, PendingApproval>();
  // One write after the other: gates of several services may begin and end together.
  let writes: Promise<unknown> = Promise.resolve();
  const write = (): Promise<void> => {
    const next = writes.then(() => writeList(store, "approval-requests", [...waiting.values()]));
    writes = next.catch(() => undefined);
    return next;
  };
  return {
    approval: async (request) => {
      const key = keyOf(request);
      if (!waiting.has(key)) {
        const since = new Date(clock.now()).toISOString();
        waiting.set(key, { id: randomUUID(), ...request, since, process: processOf() });
        try {
          await write();
        } catch (error) {
          // Nobody can see it: the next look asks again.
          waiting.delete(key);
          throw error;
        }
      }
      const id = waiting.get(key)?.id;
      const found = (await givenApprovals(store)).find((each) => each.id === id);
      if (found === undefined) return undefined;
      const { approved, by, reason } = found;
      return { approved, by, ...(reason === undefined ? {} : { reason }) };
    },
    withdraw: async (request) => {
      if (waiting.delete(keyOf(request))) await write();
    },
  };
}

/** What waits for an answer now; requests of a deploy that died on this host do not. */
export async function pendingApprovals(store: Notes): Promise<PendingApproval[]> {
  const requests = await readList(store, "approval-requests", requestShape);
  return requests.filter(({ process: { pid, host } }) => host !== hostname() || isAlive(pid));
}

/** Answers that were given to what waits, or waited. */
export async function givenApprovals(store: Notes): Promise<GivenApproval[]> {
  return readList(store, "approvals", answerShape);
}

const attempts = 10;
const settleMs = 100;

/** Writes an answer, and sees to it that it stays: another terminal may answer another gate at the same moment. */
export async function answer(
  store: Notes,
  given: GivenApproval,
  pending: readonly PendingApproval[],
): Promise<void> {
  const awaited = new Set(pending.map(({ id }) => id));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const others = (await givenApprovals(store)).filter(
      ({ id }) => awaited.has(id) && id !== given.id,
    );
    await writeList(store, "approvals", [...others, given]);
    // Who read the note before this write may write over it now. Waits of two lengths do not meet for ever.
    await systemClock.sleep(settleMs * (1 + Math.random()));
    const written = await givenApprovals(store);
    if (written.some(({ id }) => id === given.id)) return;
  }
  throw new Error("the answer could not be written: others write at the same time");
}

function keyOf({ release, service, gate }: ApprovalRequest): string {
  return JSON.stringify([release, service, gate]);
}

type ListName = "approval-requests" | "approvals";

/** Entries that cannot be read are left out: they would keep every other gate from being answered. */
async function readList<T>(store: Notes, name: ListName, shape: z.ZodType<T>): Promise<T[]> {
  const text = await store.readNote(name);
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
      const { success, data } = shape.safeParse(entry);
      return success ? [data] : [];
    });
  } catch {
    return [];
  }
}

async function writeList(store: Notes, name: ListName, list: readonly unknown[]): Promise<void> {
  const text = list.length === 0 ? undefined : `${JSON.stringify(list, null, 2)}\n`;
  await store.writeNote(name, text);
}
