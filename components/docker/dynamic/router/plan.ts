import type { RouteServer } from "../types";

/** A server slot of the running router. */
export interface Slot {
  slot: string;
  /** Container name that the slot stands for; undefined when it never had one. */
  name: string | undefined;
  address: string;
  port: number;
  state: "ready" | "drain" | "maint";
  weight: number;
  /** Requests and tunnels that are under way in it. */
  sessions: number;
}

/** A server that is to take traffic, with its address as it is right now. */
export interface Target extends Required<RouteServer> {
  address: string;
}

export type Action =
  | { kind: "place"; slot: string; target: Target }
  | { kind: "ready"; slot: string }
  | { kind: "weight"; slot: string; weight: number }
  | { kind: "drain"; slot: string }
  | { kind: "park"; slot: string; name: string | undefined };

export interface Plan {
  /** First: every new server takes traffic. */
  enter: Action[];
  /** When those are up: the replaced ones get no new requests, and nor do those that stay without weight. */
  leave: Action[];
  /** When nothing is under way in them any more: replaced ones become free slots. */
  free: Action[];
  /** Targets for which there is no slot: the configuration must be loaded with more of them. */
  unplaced: Target[];
}

/**
 * What turns the slots of one backend into the targets, in an order in which there are always servers for new
 * requests. Applied to its own result it is empty.
 */
export function planSwitch(slots: readonly Slot[], targets: readonly Target[]): Plan {
  const plan: Plan = { enter: [], leave: [], free: [], unplaced: [] };
  const kept = new Map<string, Target>();
  const waiting = targets.filter((target) => {
    const slot = slotOf(slots, kept, target);
    if (slot === undefined) return true;
    kept.set(slot.slot, target);
    // A server without weight gets no requests: it leaves, and may be the only one until the new ones have entered.
    const leaves = target.weight === 0 && slot.state === "ready" && slot.weight > 0;
    (leaves ? plan.leave : plan.enter).push(...correction(slot, target));
    return false;
  });
  const vacant = slots
    .filter((slot) => !kept.has(slot.slot) && slot.state !== "ready")
    .sort((a, b) => rank(a) - rank(b) || a.sessions - b.sessions);
  for (const target of waiting) {
    const slot = vacant.shift();
    if (slot === undefined) plan.unplaced.push(target);
    else {
      kept.set(slot.slot, target);
      plan.enter.push({ kind: "place", slot: slot.slot, target });
    }
  }
  // Rather the earlier servers than none.
  const isServed = [...kept.values()].some(({ weight }) => weight > 0);
  if (!isServed && targets.some(({ weight }) => weight > 0)) return { ...plan, leave: [] };
  const park = targets[0]?.name;
  const looked = new Set(targets.map((target) => target.name));
  for (const slot of slots.filter((candidate) => !kept.has(candidate.slot))) {
    if (slot.state === "ready") plan.leave.push({ kind: "drain", slot: slot.slot });
    const astray = slot.name !== undefined && park !== undefined && !looked.has(slot.name);
    if (slot.state !== "maint" || astray) {
      plan.free.push({ kind: "park", slot: slot.slot, name: park });
    }
  }
  return plan;
}

// A slot that serves is preferred over one that only has the name still, so that nothing moves without need.
function slotOf(
  slots: readonly Slot[],
  kept: ReadonlyMap<string, Target>,
  target: Target,
): Slot | undefined {
  const same = slots.filter(
    (slot) =>
      slot.name === target.name &&
      slot.port === target.port &&
      slot.state !== "maint" &&
      !kept.has(slot.slot),
  );
  return same.find((slot) => slot.state === "ready") ?? same[0];
}

function correction(slot: Slot, target: Target): Action[] {
  if (slot.address !== target.address) return [{ kind: "place", slot: slot.slot, target }];
  return [
    ...(slot.weight === target.weight
      ? []
      : [{ kind: "weight" as const, slot: slot.slot, weight: target.weight }]),
    ...(slot.state === "ready" ? [] : [{ kind: "ready" as const, slot: slot.slot }]),
  ];
}

// Slots that never served first, those with requests under way last: those go on, but would count for both.
function rank(slot: Slot): number {
  if (slot.sessions > 0) return 3;
  return (slot.state === "maint" ? 0 : 1) + (slot.name === undefined ? 0 : 1);
}

/**
 * The runtime commands of an action in a backend.
 * @param closing Whether a server that leaves must be closed to clients that insist on it; else it only drains.
 */
export function commandsOf(backend: string, action: Action, closing = false): string[] {
  const server = `${backend}/${action.slot}`;
  switch (action.kind) {
    case "place":
      // The name keeps the address right after restarts; giving the address too spares the wait for the lookup.
      return [
        `set server ${server} fqdn ${action.target.name}`,
        `set server ${server} addr ${action.target.address} port ${action.target.port}`,
        `set server ${server} weight ${action.target.weight}`,
        `set server ${server} state ready`,
      ];
    case "ready":
      return [`set server ${server} state ready`];
    case "weight":
      return [`set server ${server} weight ${action.weight}`];
    case "drain":
      return [`set server ${server} state ${closing ? "maint" : "drain"}`];
    case "park":
      // Under a name that is looked up anyway, so that nobody is asked for containers that are gone.
      return [
        `set server ${server} state maint`,
        ...(action.name === undefined ? [] : [`set server ${server} fqdn ${action.name}`]),
      ];
  }
}
