import type { GateMoment, GateSpec } from "../../components/gates";
import type { Clock } from "../clock";

export type { GateMoment, GateSpec };

/** One set of replicas of a service. */
export interface ReplicaSet {
  revision: string;
  /** Names of its containers. */
  containers: readonly string[];
}

/** What a gate looks at. */
export interface GateSubject {
  service: string;
  port: number;
  /** Name of the router's container: questions are asked from inside of it, so that they work with a remote daemon. */
  router: string;
  fresh: ReplicaSet;
  /** The set that serves, or served until now; undefined on the very first deploy. */
  stable?: ReplicaSet;
  /** The fresh set's share of the traffic, in percent. */
  weight: number;
  moment: GateMoment;
  /** The release that is being made. */
  release: number;
  /**
   * How many times this gate is asked on the way: chance gets that many opportunities to raise an alarm, so each
   * comparison of revisions is made at 0.05 divided by it. @default 5
   */
  looks?: number;
}

/** What a gate works with; injected, so that gates can be tested without waiting. */
export interface GateIo {
  env: Readonly<Record<string, string>>;
  projectDir: string;
  clock: Clock;
  signal: AbortSignal;
  /** Tells what is going on, in one line. */
  tell: (line: string) => void;
  /** Answers of those who were asked by a manual gate; undefined while there is none. */
  approval: (request: ApprovalRequest) => Promise<Approval | undefined>;
  /** Told when a manual gate does not wait any more: nobody is to be asked. */
  withdraw: (request: ApprovalRequest) => Promise<void>;
}

export interface ApprovalRequest {
  release: number;
  service: string;
  gate: string;
  message: string;
}

export interface Approval {
  approved: boolean;
  by: string;
  reason?: string;
}

/** What a gate found: kept with the release. */
export interface GateEvidence {
  gate: string;
  type: GateSpec["type"];
  service: string;
  moment: GateMoment;
  weight: number;
  passed: boolean;
  /** One sentence: what was compared with what, and how it came out. */
  reason: string;
  /** Figures behind the reason; no secrets. */
  measured: Record<string, unknown>;
  startedAt: string;
  durationMs: number;
}

/** Asks a gate. Resolves with what it found, also when that is bad; rejects only when it was cancelled. */
export type AskGate = (spec: GateSpec, subject: GateSubject, io: GateIo) => Promise<GateEvidence>;
