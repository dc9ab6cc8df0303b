import type { ContainerObservation, ServiceObservation } from "./observation";
import type { ReleaseSummary } from "./releases";
import type { Freeze } from "./switches";
import type { RecoveryAction } from "./update";

export interface ReplicaStatus extends ContainerObservation {
  uptimeSeconds?: number;
  /** How the router sees it: `ready`, `drain`, `down`, …; undefined where there is no router. */
  upstream?: string;
}

export interface ServiceStatusReport {
  service: string;
  role: "service" | "router" | "postgres" | "redis" | "task";
  intended?: ServiceObservation["intended"];
  replicas: ReplicaStatus[];
  url?: string;
  exposure?: "internal" | "public";
  /** `up`: all as intended and healthy. `stopped`: nothing is to run, and nothing does. */
  state: "up" | "degraded" | "down" | "stopped" | "unknown";
  /** What has stopped it, where a switch has. */
  inactive?: { by: "stop" | "feature"; feature?: string };
  /** Of a database: whether `landfall read-only` refuses writes to it; undefined where it could not be asked. */
  readOnly?: boolean;
  reasons: string[];
}

/** An alarm of the stack that is not quiet. */
export interface AlarmStatus {
  name: string;
  state: "alarm" | "unknown";
  /** Why, in the platform's words. */
  reason: string;
  /** ISO 8601. */
  since?: string;
}

export interface StatusResult {
  stack: string;
  platform?: string;
  /** Where the platform watches the stack by alarms: those that are not quiet, and how many there are. */
  alarms?: { total: number; raised: AlarmStatus[] };
  services: ServiceStatusReport[];
  urls: Record<string, string>;
  release?: ReleaseSummary;
  /** The lock that an update holds now. */
  lock?: LockHolder;
  /** Why nothing may be deployed now. */
  freeze?: Freeze;
  /** How many operations of a killed update are in the state. */
  pendingOperations: number;
  resources: number;
}

export interface OutputsResult {
  stack: string;
  /** Secret ones are `[secret]` unless asked for. */
  outputs: Record<string, OutputValue>;
}

export interface OutputValue {
  value: unknown;
  secret: boolean;
}

export interface LogsResult {
  stack: string;
  /** Containers whose lines were read. */
  containers: string[];
  lines: number;
}

export interface LockHolder {
  /** `user@host`, where it is known. */
  owner: string;
  user?: string;
  host?: string;
  pid?: number;
  since?: string;
  /** True when the holder is known to be dead: same host, no such process. */
  stale: boolean;
  /** File or URL of the lock. */
  location?: string;
}

export interface CancelResult {
  stack: string;
  /** Locks that were freed. */
  freed: LockHolder[];
  recovered: RecoveryAction[];
}

export interface DoctorCheck {
  name: string;
  status: "ok" | "warning" | "failed";
  detail: string;
  /** What to do about it. */
  fix?: string;
}

export interface DoctorResult {
  ok: boolean;
  checks: DoctorCheck[];
}
