import type { Slot } from "./plan";
import type { RouterSession } from "./session";
import { quoted } from "./session";

/** A process that serves: the current one, or one that an earlier reload left to finish its connections. */
export interface Worker {
  pid: number;
  leaving: boolean;
}

/** The worker processes, the current one first. */
export async function workers(session: RouterSession): Promise<Worker[]> {
  return parseWorkers(
    await session.run("list its processes", `cli ${quoted("prompt\nshow proc\nquit")}`),
  );
}

/** The answers of one worker to commands, in their order. */
export async function tell(
  session: RouterSession,
  worker: Worker,
  commands: readonly string[],
): Promise<string[]> {
  const script = ["prompt", `@!${worker.pid}`, ...commands, "quit"].join("\n");
  const output = await session.run("use its command line", `cli ${quoted(script)}`);
  const replies = parseReplies(output).slice(0, commands.length);
  if (replies.length < commands.length) {
    throw new Error(
      `router "${session.router}": process ${worker.pid} went away while it was told: ${commands.join("; ")}`,
    );
  }
  return replies;
}

/** What a worker was loaded with (see structureOf) and the slots of all its backends. */
export interface WorkerState {
  structure: string | undefined;
  backends: ReadonlyMap<string, RunningSlot[]>;
}

export interface RunningSlot extends Slot {
  /** Whether it gets traffic when it is ready: checks and name lookup may keep it from that. */
  up: boolean;
}

export async function stateOf(session: RouterSession, worker: Worker): Promise<WorkerState> {
  const [info = "", servers = "", stats = ""] = await tell(session, worker, [
    "show info",
    "show servers state",
    "show stat -1 4 -1",
  ]);
  return {
    structure: /^description: landfall-(\S+)$/im.exec(info)?.[1],
    backends: parseSlots(servers, parseSessions(stats)),
  };
}

/** Requests and tunnels of a backend that are under way in a worker; idle connections do not count. */
export async function streamsOf(
  session: RouterSession,
  worker: Worker,
  backend: string,
): Promise<number> {
  // A worker that was left shows its servers no more, but still its streams.
  const [streams = ""] = await tell(session, worker, ["show sess"]);
  return streams.split("\n").filter((line) => line.includes(` be=${backend} srv=s`)).length;
}

export function parseWorkers(output: string): Worker[] {
  return output.split("\n").flatMap((line, index, lines) => {
    const pid = /^(\d+)\s+worker\s/.exec(line)?.[1];
    if (pid === undefined) return [];
    const leaving = lines.slice(0, index).some((earlier) => earlier.startsWith("# old workers"));
    return [{ pid: Number(pid), leaving }];
  });
}

// With "prompt" on, every answer is followed by the name of the process that is spoken to: "master> ", "8> ".
export function parseReplies(output: string): string[] {
  const pieces = output.split(/(?:^|\n|(?<=> ))(?:master|\d+)> /);
  return pieces.slice(2, -1).map((piece) => piece.trim());
}

const FORCED_MAINT = 0x01;
const FORCED_DRAIN = 0x08;
const LOOKUP_MAINT = 0x20;
const RUNNING = 2;

export function parseSlots(
  output: string,
  sessions: ReadonlyMap<string, number>,
): Map<string, RunningSlot[]> {
  const rows = output.split("\n").filter((line) => /^\d+ \S+ \d+ \S+ /.test(line));
  const backends = new Map<string, RunningSlot[]>();
  for (const row of rows) {
    const cells = row.split(" ");
    const [, backend = "", , slot = "", address = "", operation, admin = "0", weight] = cells;
    const flags = Number(admin);
    const name = cells[17];
    const own = backends.get(backend) ?? [];
    backends.set(backend, own);
    own.push({
      slot,
      name: name === undefined || name === "-" ? undefined : name,
      address,
      port: Number(cells[18]),
      weight: Number(weight),
      state: stateName(flags),
      up: Number(operation) === RUNNING && (flags & LOOKUP_MAINT) === 0,
      sessions: sessions.get(`${backend}/${slot}`) ?? 0,
    });
  }
  return backends;
}

function stateName(flags: number): Slot["state"] {
  if ((flags & FORCED_MAINT) !== 0) return "maint";
  return (flags & FORCED_DRAIN) === 0 ? "ready" : "drain";
}

/** Requests and tunnels under way in each server, by `backend/slot`. */
export function parseSessions(output: string): Map<string, number> {
  return new Map(
    output
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(","))
      .map(([backend = "", slot = "", , , current = "0"]) => [
        `${backend}/${slot}`,
        Number(current),
      ]),
  );
}
