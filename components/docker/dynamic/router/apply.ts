import { sleep } from "../client";
import type { RouteMode } from "../types";
import { conflictsOf } from "./conflicts";
import { KEEP_ALIVE_SECONDS, LIVE_FILE } from "./files";
import { stateOf, streamsOf, tell, workers } from "./haproxy";
import type { RunningSlot, Worker, WorkerState } from "./haproxy";
import type { RoutePart } from "./part";
import { backendOf } from "./part";
import { commandsOf, planSwitch } from "./plan";
import type { Action, Plan, Target } from "./plan";
import { structureOf } from "./render";
import { RouterSession } from "./session";
import { lookUp, readParts, writeLive, writePart } from "./store";

const CONVERGE_MS = 10_000;
const RELOAD_MS = 20_000;
const POLL_MS = 25;
const DRAIN_POLL_MS = 100;
const SHELL_KEEP_ALIVE_MS = 10_000;

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

async function targetsOf(session: RouterSession, part: RoutePart | undefined): Promise<Target[]> {
  const servers = part?.servers ?? [];
  const addresses = await lookUp(
    session,
    servers.map((server) => server.name),
  );
  const missing = servers.filter((server) => !addresses.has(server.name));
  if (missing.length > 0) {
    throw new Error(
      `router "${session.router}": no address for ${missing.map((server) => `"${server.name}"`).join(", ")}: ` +
        "is the container running, and in the router's network?",
    );
  }
  return servers.map((server) => ({ ...server, address: addresses.get(server.name) ?? "" }));
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
  if (current !== undefined && parts.some((part) => part.service === service)) {
    await switchServers(session, current, service, targets, !reload);
  }
  if (!reload) return "runtime";
  await reloaded(session, parts, targets, wanted, all);
  return "reload";
}

/** @param strict Whether everything must come up: in a process that is about to be left it need not. */
async function switchServers(
  session: RouterSession,
  worker: Worker,
  service: string,
  targets: readonly Target[],
  strict: boolean,
): Promise<void> {
  const backend = backendOf(service);
  const deadline = Date.now() + CONVERGE_MS;
  for (;;) {
    const slots = await slotsOf(session, worker, backend, strict);
    const plan = planSwitch(slots, targets);
    await act(session, worker, backend, plan.enter);
    const entered = await slotsOf(session, worker, backend, strict);
    const up = targets.every((target) => entered.some((slot) => serves(slot, target)));
    // Without new servers that serve, the old ones stay.
    if (up || !strict) await act(session, worker, backend, plan.leave);
    if (!strict) return;
    if (up && isDone(planSwitch(await slotsOf(session, worker, backend, strict), targets))) return;
    if (Date.now() > deadline) throw new Error(unconverged(session, service, targets, entered));
    await sleep(POLL_MS);
  }
}

async function slotsOf(
  session: RouterSession,
  worker: Worker,
  backend: string,
  strict: boolean,
): Promise<RunningSlot[]> {
  const slots = (await stateOf(session, worker)).backends.get(backend);
  if (slots === undefined && strict) {
    throw new Error(`router "${session.router}": its process has no backend ${backend}`);
  }
  return slots ?? [];
}

async function act(
  session: RouterSession,
  worker: Worker,
  backend: string,
  actions: readonly Action[],
): Promise<void> {
  if (actions.length === 0) return;
  await tell(
    session,
    worker,
    actions.flatMap((action) => commandsOf(backend, action)),
  );
}

function serves(slot: RunningSlot, target: Target): boolean {
  return (
    slot.name === target.name &&
    slot.port === target.port &&
    slot.address === target.address &&
    slot.state === "ready" &&
    slot.up
  );
}

function isDone(plan: Plan): boolean {
  return plan.enter.length === 0 && plan.leave.length === 0;
}

function unconverged(
  session: RouterSession,
  service: string,
  targets: readonly Target[],
  slots: readonly RunningSlot[],
): string {
  const late = targets.filter((target) => !slots.some((slot) => serves(slot, target)));
  const names = late.map((target) => `"${target.name}" (${target.address}:${target.port})`);
  return (
    `router "${session.router}": servers of "${service}" did not come up within ${CONVERGE_MS / 1000} s: ` +
    `${names.join(", ") || "others kept changing"}; the earlier ones stay`
  );
}

async function reloaded(
  session: RouterSession,
  parts: readonly RoutePart[],
  targets: readonly Target[],
  wanted: string,
  before: readonly Worker[],
): Promise<void> {
  await writeLive(session, parts, await knownAddresses(session, parts, targets));
  await session.run("reload", "cli reload; :");
  const known = new Set(before.map((worker) => worker.pid));
  const deadline = Date.now() + RELOAD_MS;
  let seen: string | undefined;
  while (Date.now() < deadline) {
    const state = await freshState(session, known);
    seen = state?.structure ?? seen;
    if (state?.structure === wanted) return;
    await sleep(POLL_MS);
  }
  throw new Error(
    `router "${session.router}": its new process did not come up within ${RELOAD_MS / 1000} s after a reload ` +
      `(wanted ${wanted}, saw ${seen ?? "none"}): see "docker logs ${session.router}"`,
  );
}

// While the master starts anew its command line may not answer.
async function freshState(
  session: RouterSession,
  known: ReadonlySet<number>,
): Promise<WorkerState | undefined> {
  try {
    const fresh = (await workers(session)).find(
      (worker) => !worker.leaving && !known.has(worker.pid),
    );
    return fresh === undefined ? undefined : await stateOf(session, fresh);
  } catch {
    return undefined;
  }
}

async function knownAddresses(
  session: RouterSession,
  parts: readonly RoutePart[],
  targets: readonly Target[],
): Promise<Map<string, string>> {
  const names = parts.flatMap((part) => part.servers.map((server) => server.name));
  const given = new Map(targets.map((target) => [target.name, target.address]));
  const others = await lookUp(
    session,
    names.filter((name) => !given.has(name)),
  );
  return new Map([...others, ...given]);
}

/** Processes that earlier reloads left, which know nothing of this change, and until when they may get requests. */
interface Stale {
  pids: ReadonlySet<number>;
  until: number;
}

async function staleProcesses(session: RouterSession): Promise<Stale> {
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

async function drained(
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
    await sleep(DRAIN_POLL_MS);
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

/** Makes free slots of the servers that were left, once it is sure that the ones that entered still serve. */
async function tidy(session: RouterSession, service: string): Promise<void> {
  const part = (await readParts(session)).find((candidate) => candidate.service === service);
  const worker = (await workers(session)).find((candidate) => !candidate.leaving);
  if (part === undefined || worker === undefined) return;
  const targets = await targetsOf(session, part);
  await switchServers(session, worker, service, targets, true);
  const backend = backendOf(service);
  const slots = await slotsOf(session, worker, backend, true);
  await act(session, worker, backend, planSwitch(slots, targets).free);
}
