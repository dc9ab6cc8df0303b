import type {
  RouteCheck,
  RouteInputs,
  RouteListen,
  RouteServer,
  RouteSticky,
  RouteTimeouts,
} from "../types";

/** What the volume keeps of one service: its inputs with all defaults, and its number of server slots. */
export interface RoutePart {
  service: string;
  listen: RouteListen[];
  servers: Required<RouteServer>[];
  check: Required<RouteCheck>;
  timeouts: Required<RouteTimeouts>;
  retryAfterSeconds: number;
  sticky?: RouteSticky;
  slots: number;
}

const LEAST_SLOTS = 16;
const DEFAULT_WEIGHT = 100;

/** The part that inputs ask for. Slots only grow: fewer would cost a reload and gain nothing. */
export function partOf(inputs: RouteInputs, previous?: RoutePart): RoutePart {
  return {
    service: inputs.service,
    listen: inputs.listen,
    servers: inputs.servers.map((server) => ({ weight: DEFAULT_WEIGHT, ...server })),
    check: { intervalSeconds: 2, timeoutSeconds: 2, fall: 3, rise: 1, ...inputs.check },
    timeouts: {
      connectSeconds: 2,
      responseSeconds: 60,
      tunnelSeconds: 3600,
      ...inputs.timeouts,
    },
    retryAfterSeconds: inputs.maintenance?.retryAfterSeconds ?? 10,
    ...(inputs.sticky === undefined ? {} : { sticky: inputs.sticky }),
    slots: Math.max(previous?.slots ?? LEAST_SLOTS, slotsFor(inputs.servers.length)),
  };
}

// Old and new servers are in at the same time during a switch.
function slotsFor(servers: number): number {
  let slots = LEAST_SLOTS;
  while (slots < 2 * servers) slots *= 2;
  return slots;
}

/** Whether requests may insist on a server that takes no new clients: it then must not only drain, but close. */
export function insists({ sticky }: RoutePart): boolean {
  return sticky !== undefined && "cookie" in sticky;
}

/** Name of the backend of a service. */
export function backendOf(service: string): string {
  return `service_${service}`;
}

/** Name of a server slot, counted from 0. */
export function slotName(index: number): string {
  return `s${String(index + 1).padStart(3, "0")}`;
}
