import type { GateEvidence } from "../gates/types";

/** One update on the way to a new revision. */
export interface RolloutStep {
  durationMs: number;
  /** The services that are between two revisions after it; none after the last one. */
  services: {
    service: string;
    strategy: "blueGreen" | "canary" | "linear" | "rolling" | "recreate";
    /** Number of the phase, from 1. */
    phase: number;
    of: number;
    /** The new revision's share of the traffic, in percent. */
    weight: number;
    revision: string;
    /** The revision that stays beside it. */
    stable: string;
  }[];
}

/** The small load of requests under which an update ran: what a client met. */
export interface ProbeLoad {
  sent: number;
  /** Refused, cut or answered with 5xx. */
  failed: number;
  p50Ms: number;
  p99Ms: number;
  /** Longest time without a good answer, in milliseconds. */
  longestGapMs: number;
  /** What went wrong, and how often. */
  failures: Record<string, number>;
}

/**
 * What requests of a service met while a new revision had traffic, from the router's own log: all that came through
 * the router, Landfall's probe load among them. Left out are requests whose client left, and websockets.
 */
export interface RevisionTraffic {
  service: string;
  /** All requests, from the first switch to the new revision until the last switch of the update. */
  requests: number;
  /** Those that the new revision got. */
  fresh: number;
  /** Those of the new revision's that met a fault: 5xx, or no answer. */
  freshFailed: number;
  /** Those that met a fault elsewhere. */
  otherFailed: number;
  /** `fresh` of `requests`, 0-1. */
  share: number;
  /** `freshFailed` of `requests`, 0-1. */
  faultShare: number;
  /** Why the figures are not whole. */
  note?: string;
}

/** How an update put the earlier release back. */
export interface AutoRollback {
  /** The release whose config and images were deployed again. */
  to: number;
  /** Milliseconds from the first traffic on the new revision until all of it was back on the old one; 0 where it never had any. */
  exposedMs: number;
  durationMs: number;
}

/** Why an update that failed was left as it was. */
export interface NotRolledBack {
  /** The release that was not put back. */
  to: number;
  reason: string;
}

/** How an update went beside what it changed: kept with the release. */
export interface RolloutReport {
  steps?: RolloutStep[];
  gates?: GateEvidence[];
  load?: ProbeLoad;
  /** By service what real traffic met of the new revision; of updates in several steps, and of those that failed. */
  traffic?: RevisionTraffic[];
  rolledBack?: AutoRollback;
  notRolledBack?: NotRolledBack;
}
