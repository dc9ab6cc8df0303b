import type { RouteMode } from "../types";
import { conflictsOf } from "./conflicts";
import { drained, staleProcesses } from "./drain";
import type { Stale } from "./drain";
import { stateOf, workers } from "./haproxy";
import type { RoutePart } from "./part";
import { insists } from "./part";
import type { Target } from "./plan";
import { reloaded } from "./reload";
import { structureOf } from "./render";
import { RouterSession } from "./session";
import { readParts, writePart } from "./store";
import { freeSlots, switchServers, targetsOf } from "./switch";

/** A change of one service's part: from what the router has of it to what it is to have; undefined removes it. */
export type Change = (previous: RoutePart | undefined) => RoutePart | undefined;

/**
 * Changes one service's part of the router, and returns when the router does what it says and requests that were
 * under way in replaced servers have ended (or `drainSeconds` are over). Safe to repeat after a kill at any point.
 */
export async function applyPart(
  router: string,
  service: string,
  change: Change,
  drainSeconds: number,
): Promise<RouteMode> {
  return RouterSession.with(router, async (session) => {
    let stale: Stale | undefined;
    const mode = await session.locked(async () => {
      const before = await readParts(session);
      const previous = before.find((candidate) => candidate.service === service);
      const part = change(previous);
      const others = before.filter((candidate) => candidate.service !== service);
      const parts = part === undefined ? others : [...others, part];
      const conflicts = conflictsOf(parts);
      if (conflicts.length > 0) {
        throw new Error(`router "${router}": ${conflicts.join("; ")}: nothing was changed`);
      }
      const targets = await targetsOf(session, part);
      if (leavesServers(previous, part)) stale = await staleProcesses(session);
      await writePart(session, service, parts);
      try {
        return await converge(session, service, parts, targets);
      } catch (error) {
        throw await restored(session, service, before, error);
      }
    });
    await drained(session, service, drainSeconds, stale);
    await session.locked(() => tidy(session, service));
    return mode;
  });
}

function leavesServers(previous: RoutePart | undefined, part: RoutePart | undefined): boolean {
  if (previous === undefined || part === undefined) return false;
  return previous.servers.some(({ name }) => !part.servers.some((server) => server.name === name));
}

/** Goes back to how it was after a failure, as far as that can be, and gives the error to throw. */
async function restored(
  session: RouterSession,
  service: string,
  before: readonly RoutePart[],
  failure: unknown,
): Promise<unknown> {
  try {
    await writePart(session, service, before);
    const previous = before.find((candidate) => candidate.service === service);
    await converge(session, service, before, await targetsOf(session, previous));
    return failure;
  } catch (error) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    const also = error instanceof Error ? error.message : String(error);
    return new Error(`${reason}; and the earlier state could not be restored: ${also}`, {
      cause: failure,
    });
  }
}

async function converge(
  session: RouterSession,
  service: string,
  parts: readonly RoutePart[],
  targets: readonly Target[],
): Promise<RouteMode> {
  const wanted = structureOf(parts);
  const all = await workers(session);
  const current = all.find((worker) => !worker.leaving);
  const reload = current === undefined || (await stateOf(session, current)).structure !== wanted;
  // Also before a reload: the process that is left cannot be told afterwards, and still gets some requests.
  const part = parts.find((each) => each.service === service);
  if (current !== undefined && part !== undefined) {
    const manner = { strict: !reload, closing: insists(part) };
    await switchServers(session, current, service, targets, manner);
  }
  if (!reload) return "runtime";
  await reloaded(session, parts, targets, wanted, all);
  return "reload";
}

/** Makes free slots of the servers that were left, once it is sure that the ones that entered still serve. */
async function tidy(session: RouterSession, service: string): Promise<void> {
  const part = (await readParts(session)).find((candidate) => candidate.service === service);
  const worker = (await workers(session)).find((candidate) => !candidate.leaving);
  if (part === undefined || worker === undefined) return;
  const targets = await targetsOf(session, part);
  await switchServers(session, worker, service, targets, { strict: true, closing: insists(part) });
  await freeSlots(session, worker, service, targets);
}
