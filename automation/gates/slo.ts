import { Daemon } from "./daemon";
import type { Finding } from "./index";
import { judge } from "./judge";
import type { Pair } from "./judge";
import { load } from "./load";
import { clearly, interimLooks, lastLevel } from "./sequential";
import { trafficSince } from "./traffic";
import type { GateIo, GateSpec, GateSubject } from "./types";

/** Of the whole rollout's looks together. */
const falseAlarms = 0.05;
const usualLooks = 5;

/** Holds the fresh set to its objectives, over probe requests and over real traffic, and beside the stable set. */
export async function slo(
  spec: Extract<GateSpec, { type: "slo" }>,
  subject: GateSubject,
  io: GateIo,
): Promise<Finding> {
  const all = await Daemon.open(subject, io);
  const compare = spec.compare && carriesNoMore(subject);
  const daemon = compare ? all : all.alone();
  io.tell(`${subject.service}: up to ${spec.requests} probe requests for gate "${spec.name}"`);
  const level = falseAlarms / Math.max(1, subject.looks ?? usualLooks);
  // Real traffic is what a step of a canary is there for: it is not cut short, unless it is bad.
  const mayPassEarly = subject.moment !== "during";
  let clear: ReturnType<typeof clearly>;
  const isClear = (samples: Pair): boolean => {
    clear = clearly({ ...spec, compare }, samples, level, mayPassEarly);
    return clear !== undefined;
  };
  const { path, requests, windowMs } = spec;
  const asked = { path, port: subject.port, requests, windowMs, looks: interimLooks, isClear };
  const probe = await load(daemon, io, asked);
  const traffic = await realTraffic(all, subject, probe.since, io);
  const samples = { probe: probe.samples, ...(traffic.pair ? { traffic: traffic.pair } : {}) };
  const { passed, reason, measured } = judge(
    { ...spec, compare },
    samples,
    lastLevel(level),
    clear !== undefined,
  );
  const notes = [
    ...refusals(probe.statuses, probe.samples.fresh.length),
    ...(traffic.unknown === undefined ? [] : [traffic.unknown]),
    ...(spec.compare && !compare && subject.stable !== undefined ? [notCompared] : []),
  ];
  return {
    passed,
    reason: [reason, ...notes].join("; "),
    measured: { ...measured, statuses: probe.statuses, warmUp: probe.warmUp },
  };
}

const notCompared = "not compared with the old revision, whose replicas have less traffic";

/**
 * Whether a replica of the new revision has no more traffic than one of the old. Else it may be slower for that alone: after
 * the switch the old ones answer nothing but probe requests.
 */
export function carriesNoMore({
  weight,
  fresh,
  stable,
}: Pick<GateSubject, "weight" | "fresh" | "stable">): boolean {
  if (stable === undefined) return false;
  return weight * stable.containers.length <= (100 - weight) * fresh.containers.length;
}

/** A log that cannot be read (another driver, for example) is said, and is not the new revision's fault. */
async function realTraffic(
  daemon: Daemon,
  { service }: GateSubject,
  since: string,
  { signal }: GateIo,
): Promise<{ pair?: Pair; unknown?: string }> {
  try {
    return { pair: await trafficSince(daemon, service, since, signal) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { unknown: `real traffic is unknown, the router's log cannot be read: ${why}` };
  }
}

/** 4xx is no fault of the server, but a path that gives nothing else measures little. */
function refusals(statuses: Readonly<Record<string, number>>, total: number): string[] {
  const entries = Object.entries(statuses).filter(([status]) => status.startsWith("4"));
  const refused = entries.reduce((sum, [, count]) => sum + count, 0);
  return refused * 2 > total
    ? [
        `most answers were ${entries.map(([status]) => status).join(", ")}: is the gate's path right?`,
      ]
    : [];
}
