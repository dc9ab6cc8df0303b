import { sleep } from "../client";
import { stateOf, tell } from "./haproxy";
import type { RunningSlot, Worker } from "./haproxy";
import type { RoutePart } from "./part";
import { backendOf } from "./part";
import { commandsOf, planSwitch } from "./plan";
import type { Action, Plan, Target } from "./plan";
import type { RouterSession } from "./session";
import { lookUp } from "./store";

const CONVERGE_MS = 10_000;
const POLL_MS = 25;

/** The servers of a part with their addresses as they are right now. */
export async function targetsOf(
  session: RouterSession,
  part: RoutePart | undefined,
): Promise<Target[]> {
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

/** How servers are switched. */
export interface Manner {
  /** Whether everything must come up: in a process that is about to be left it need not. */
  strict: boolean;
  /** Whether servers that leave are closed to clients that insist on them. */
  closing: boolean;
}

/**
 * Brings one backend of a process to the targets through the runtime API.
 */
export async function switchServers(
  session: RouterSession,
  worker: Worker,
  service: string,
  targets: readonly Target[],
  { strict, closing }: Manner,
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
    if (up || !strict) await act(session, worker, backend, plan.leave, closing);
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
  closing = false,
): Promise<void> {
  if (actions.length === 0) return;
  await tell(
    session,
    worker,
    actions.flatMap((action) => commandsOf(backend, action, closing)),
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

/** Makes free slots of the servers that were left. */
export async function freeSlots(
  session: RouterSession,
  worker: Worker,
  service: string,
  targets: readonly Target[],
): Promise<void> {
  const backend = backendOf(service);
  const slots = await slotsOf(session, worker, backend, true);
  await act(session, worker, backend, planSwitch(slots, targets).free);
}
