import type { RecoveryAction, ServiceState } from "./results";

/** What happens during an operation, as a discriminated union over `kind`. Everything in it is redacted. */
export type DeployEvent =
  | PhaseEvent
  | ResourceEvent
  | DiagnosticEvent
  | PolicyEvent
  | LockEvent
  | RecoveryEvent
  | ServiceEvent
  | ProbeEvent
  | LogEvent
  | RolloutEvent
  | GateEvent
  | SummaryEvent;

export type DeployEventKind = DeployEvent["kind"];

interface EventBase {
  /** Counts up from 1 within an operation, without gaps. */
  sequence: number;
  /** ISO 8601. */
  time: string;
  operation: string;
  stack: string;
}

export type PhaseName =
  | "toolchain"
  | "prepare"
  | "recover"
  | "migrate"
  | "preview"
  | "pull"
  | "update"
  | "destroy"
  | "refresh"
  | "verify"
  | "gates"
  | "pause"
  | "rollback"
  | "record";

export interface PhaseEvent extends EventBase {
  kind: "phase";
  phase: PhaseName;
  state: "started" | "finished" | "failed";
  /** Set when it has ended. */
  durationMs?: number;
}

export type ResourceOp =
  "create" | "update" | "replace" | "delete" | "same" | "read" | "refresh" | "import";

export interface ResourceEvent extends EventBase {
  kind: "resource";
  urn: string;
  type: string;
  name: string;
  /** URN of the parent; undefined for children of the stack. */
  parent?: string;
  op: ResourceOp;
  state: "started" | "done" | "failed";
  /** Properties that differ, where the provider said which. */
  keys: string[];
  /** True in a preview: nothing is being done. */
  planned: boolean;
  /** From started to done. */
  durationMs?: number;
}

export interface Diagnostic {
  severity: "info" | "warning" | "error";
  message: string;
  /** The resource that it is about, where there is one. */
  urn?: string;
}

export interface DiagnosticEvent extends EventBase, Diagnostic {
  kind: "diagnostic";
  /** True for a progress line that a later one replaces. */
  ephemeral: boolean;
}

export interface PolicyEvent extends EventBase {
  kind: "policy";
  policy: string;
  pack: string;
  level: "warning" | "mandatory";
  message: string;
  urn?: string;
}

export interface LockEvent extends EventBase {
  kind: "lock";
  state: "waiting" | "acquired";
  /** `user@host (pid)` of the holder, where it is known. */
  holder: string;
  since?: string;
  remainingSeconds: number;
}

export interface RecoveryEvent extends EventBase {
  kind: "recovery";
  action: RecoveryAction["action"];
  subject: string;
  detail: string;
}

export interface ServiceEvent extends EventBase {
  kind: "service";
  service: string;
  state: ServiceState;
  /** What differs, one sentence each. */
  reasons: string[];
}

export interface ProbeEvent extends EventBase {
  kind: "probe";
  name: string;
  url: string;
  ok: boolean;
  status?: number;
  attempts: number;
  latencyMs?: number;
  reason?: string;
}

/** A step on the way to a new revision has been taken. */
export interface RolloutEvent extends EventBase {
  kind: "rollout";
  service: string;
  strategy: string;
  /** Number of the phase, from 1. */
  phase: number;
  of: number;
  /** The new revision's share of the traffic, in percent. */
  weight: number;
  revision: string;
  stable: string;
}

/** A gate is asked, tells how far it is, or has found something. */
export interface GateEvent extends EventBase {
  kind: "gate";
  gate: string;
  service: string;
  state: "asked" | "progress" | "passed" | "failed";
  message: string;
}

export interface LogEvent extends EventBase {
  kind: "log";
  service: string;
  container: string;
  /** Replica's number within the service, from 0; undefined where the container has none. */
  replica?: number;
  stream: "stdout" | "stderr";
  /** Time that the container's line was written, ISO 8601. */
  at: string;
  line: string;
}

export interface SummaryEvent extends EventBase {
  kind: "summary";
  changes: { create: number; update: number; replace: number; delete: number; same: number };
  durationMs: number;
}

type WithoutBase<E> = E extends EventBase ? Omit<E, keyof EventBase> : never;

/** An event before the operation has stamped it. */
export type EventBody = WithoutBase<DeployEvent>;
