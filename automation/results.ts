import type { ErrorInfo } from "./errors";
import type { Diagnostic } from "./events";
import type { GateEvidence } from "./gates/types";
import type { SchemaChange } from "./migrations/carryOut";
import type { Resolution } from "./migrations/resolve";
import type { ImageOutcome } from "./rebuild/result";

export type { SchemaChange } from "./migrations/carryOut";
export type * from "./bootstrap/types";
export type * from "./offline/types";
export type * from "./rebuild/result";

/**
 * What was observed after an update, never what the engine said.
 * - `deployed`: the intended images run in every container, and the public routes answer.
 * - `unchanged`: nothing had to change, and what runs is what is intended.
 * - `rolled_back`: the platform or Landfall has put the earlier release back, and it serves.
 * - `failed`: the update failed, or what runs is not what was intended. `error` says why.
 * - `unverified`: the update went through, but what runs could not be observed.
 */
export type Verdict = "deployed" | "unchanged" | "rolled_back" | "failed" | "unverified";

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

/** Resources by what happened (or would happen) to them. */
export interface Changes {
  create: number;
  update: number;
  replace: number;
  delete: number;
  same: number;
}

/** One resource that changed or would change. */
export interface ResourceChange {
  urn: string;
  type: string;
  name: string;
  op: "create" | "update" | "replace" | "delete" | "read" | "refresh" | "import";
  /** Properties that differ, where the provider said which. */
  keys: string[];
}

export interface ContainerObservation {
  name: string;
  /** The platform's word: `running`, `exited`, `restarting`, `missing`, … */
  state: string;
  health?: "healthy" | "unhealthy" | "starting";
  /** Image id that it runs. */
  digest?: string;
  revision?: string;
  startedAt?: string;
  restarts?: number;
}

/**
 * A service as it was seen.
 * - `matches`: every container runs the intended image and revision.
 * - `differs`: it does not, and waiting will not change that.
 * - `pending`: the platform is still about it.
 * - `rolled_back`: the platform has put an earlier revision back, which runs.
 * - `unknown`: it could not be looked at.
 */
export type ServiceState = "matches" | "differs" | "pending" | "rolled_back" | "unknown";

/** A service as intended by the program, beside what is running. */
export interface ServiceObservation {
  service: string;
  state: ServiceState;
  intended: { image: string; digest: string; revision: string; replicas: number };
  containers: ContainerObservation[];
  /** What differs, one sentence each. */
  reasons: string[];
}

/** An answer asked for from outside, through the public route. */
export interface ProbeResult {
  name: string;
  url: string;
  ok: boolean;
  /** HTTP status of the last answer, where there was one. */
  status?: number;
  attempts: number;
  /** Milliseconds that the last answer took. */
  latencyMs?: number;
  reason?: string;
}

export interface Observation {
  services: ServiceObservation[];
  probes: ProbeResult[];
  /** Why nothing, or not everything, could be observed. */
  unverified: string[];
}

export interface PhaseTiming {
  /** `toolchain`, `prepare`, `recover`, `update`, `verify`, `record`. */
  phase: string;
  durationMs: number;
}

interface UpdateOutcome {
  stack: string;
  changes: Changes;
  resources: ResourceChange[];
  diagnostics: Diagnostic[];
  phases: PhaseTiming[];
  durationMs: number;
}

/** What was mended before the update began: leftovers of one that was killed. */
export interface RecoveryAction {
  action:
    | "lock-cleared"
    | "pending-cleared"
    | "container-removed"
    | "network-removed"
    | "release-settled";
  /** What it was done to: a file, a URN, a container, a release number. */
  subject: string;
  detail: string;
}

/** A resource that holds data, and that an update or a destroy would delete or replace. */
export interface DataLoss {
  urn: string;
  type: string;
  name: string;
  /** Names by which its loss can be allowed: its own, and those of the components that it is in. */
  names: string[];
  /** `update`: it goes on, over other data. */
  op: "delete" | "replace" | "update";
  /** What it holds, in words. */
  holds: string;
}

/** No deploys of a stack until somebody lifts it, or a time has come. */
export interface Freeze {
  reason: string;
  /** ISO 8601. */
  since: string;
  by: { user: string; host: string };
  /** ISO 8601; undefined where only `unfreeze` ends it. */
  until?: string;
}

export interface FreezeResult {
  stack: string;
  freeze: Freeze;
  /** The freeze that this one replaces. */
  previous?: Freeze;
}

export interface UnfreezeResult {
  stack: string;
  /** The freeze that was lifted; undefined where there was none. */
  lifted?: Freeze;
}

export interface PreviewResult extends UpdateOutcome {
  /** Whether an update would change anything. */
  changed: boolean;
  /** What holds data and would be lost: `up` refuses it unless `allowDataLoss` names it. */
  dataLoss: DataLoss[];
  /** File that the plan was saved to. */
  saved?: string;
}

export interface UpResult extends UpdateOutcome, RolloutReport {
  verdict: Verdict;
  /** Number of the release record; undefined where nothing was recorded. */
  release?: number;
  /** The engine's number of this update. */
  updateVersion?: number;
  services: ServiceObservation[];
  /** What became of each service's image: built, or kept because nothing of it has changed. */
  images: ImageOutcome[];
  probes: ProbeResult[];
  /** Public URLs by output name, `webUrl` for example. */
  urls: Record<string, string>;
  /** Why nothing, or not everything, could be observed. */
  unverified: string[];
  recovered: RecoveryAction[];
  /** Set when the verdict is `failed`, `rolled_back` or `unverified`. */
  error?: ErrorInfo;
}

export interface RollbackResult extends UpResult {
  /** The release that was running. */
  from?: number;
  /** The release whose config and images were deployed again. */
  to: number;
  /** Config keys that differ between the working tree's config and the release's. Values are never shown. */
  configDiff: ConfigDifference[];
  /** By job what the database's schema says to it. */
  migrations: MigrationWayBack[];
  /** True when nothing was deployed because it was asked for with `dryRun`. */
  dryRun: boolean;
}

export interface PromoteResult extends UpResult {
  /** The release whose images were deployed, and its stack. */
  source: { stack: string; release: number };
  /** Config keys that differ between that release and the target stack. Values of secrets are never shown. */
  configDiff: ConfigDifference[];
  /** True when nothing was deployed because it was asked for with `dryRun`. */
  dryRun: boolean;
}

/** Whether a release's code works with the schema that a database has. */
export interface MigrationWayBack {
  job: string;
  kind: Resolution["kind"];
  reason: string;
  /** The newest migration of the database; undefined where nothing tells. */
  head?: string;
  /** The head that the release's code was made for. */
  to?: string;
}

/** What a switch of the stack's config came to. */
export interface SwitchResult extends UpResult {
  /** The stack's config file, which says the same now, so that the next `up` keeps it; relative to the project. */
  configFile: string;
}

export interface StopResult extends SwitchResult {
  /** Services that were running, or configured to, and are stopped now. */
  affected: string[];
  /** All services that stay stopped until they are started. */
  stopped: string[];
}

export type StartResult = StopResult;

/** A feature as it was deployed last. */
export interface FeatureState {
  name: string;
  on: boolean;
  /** Services that are told of it. */
  services: string[];
  /** Services that it starts and stops. */
  enables: string[];
}

export interface FeatureResult {
  stack: string;
  /** What was asked for. */
  set: "on" | "off" | "list";
  name?: string;
  /** All of them, as they are now. */
  features: FeatureState[];
  /** How the switch went; undefined for `list`. */
  update?: SwitchResult;
}

export interface ReadOnlyResult {
  stack: string;
  /** Name of the database's component. */
  database: string;
  readOnly: boolean;
  /** False where it stood so before. */
  changed: boolean;
  verdict: Verdict;
  /** Sessions that were ended because they had written, or were about to. */
  endedSessions: number;
  durationMs: number;
  /** Number of the release record; undefined where nothing changed. */
  release?: number;
  error?: ErrorInfo;
}

/** A copy of a whole database. */
export interface DatabaseBackup {
  id: string;
  /** ISO 8601. */
  takenAt: string;
  /** Bytes; undefined where the platform does not say. */
  size?: number;
  /** Where it is: a folder, a region. */
  place: string;
}

export interface BackupResult {
  stack: string;
  /** Name of the database's component. */
  database: string;
  /** The one that was taken; undefined where they were only listed. */
  taken?: DatabaseBackup;
  /** All that are there, the newest first. */
  backups: DatabaseBackup[];
  durationMs: number;
}

export interface RestoreResult {
  stack: string;
  database: string;
  /** The one that was put back. */
  backup: DatabaseBackup;
  /** Name under which the database stays as it was. */
  kept: string;
  durationMs: number;
}

export interface ConfigDifference {
  key: string;
  change: "added" | "removed" | "changed";
  secret: boolean;
  /** JSON of the value; undefined where it is a secret or absent. */
  before?: string;
  after?: string;
}

export interface DestroyResult extends UpdateOutcome {
  dryRun: boolean;
  /** What holds data and went, or would go: what is protected only where `includeProtected` takes it. */
  dataLoss: DataLoss[];
  /** Of a dry run: names that `allowDataLoss` needs, without which the destroy is refused. */
  toAllow: string[];
  /** URNs of protected resources that were left. */
  kept: string[];
  /** Whether the stack itself was removed. */
  removed: boolean;
}

export interface RefreshResult extends UpdateOutcome {
  dryRun: boolean;
  recovered: RecoveryAction[];
}

export interface VerifyResult extends Observation {
  stack: string;
  verdict: Exclude<Verdict, "unchanged">;
  /** Releases that had been left without a verdict. */
  settled: SettledRelease[];
  urls: Record<string, string>;
  durationMs: number;
  error?: ErrorInfo;
}

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

/** Where a release stands: a verdict once it has one. */
export type ReleaseState = Verdict | "running" | "interrupted" | "cancelled";

/** A release that was left without a verdict, and what it came to. */
export interface SettledRelease {
  release: number;
  from: ReleaseState;
  to: ReleaseState;
  /** Why, in words. */
  detail: string;
}

export interface ReleaseSummary extends RolloutReport {
  number: number;
  state: ReleaseState;
  /** The command that made it. */
  kind: "up" | "rollback" | "promote" | "feature" | "stop" | "start" | "read-only";
  startedAt: string;
  finishedAt?: string;
  durationMs?: number;
  by: { user: string; host: string };
  message?: string;
  /** Of a rollback: the release whose config it set. */
  rollbackTo?: number;
  /** Of a promotion: the release whose images it deployed, and its stack. */
  promotedFrom?: { stack: string; release: number };
  program: { commit?: string; dirty?: boolean; lockfile?: string };
  /** Image reference and image id by service. */
  images: Record<string, ReleaseImage>;
  migrationHead?: string;
  /** The copies of databases that were taken before its contracting migrations, by their ids. */
  backups?: string[];
  /** What was done to schemas before its code came back. */
  schemaChanges?: SchemaChange[];
  changes?: Changes;
  updateVersion?: number;
  /** Why it was made in spite of a freeze, and what the freeze was for. */
  freezeOverride?: { reason: string; freeze: string };
  /** Names and data of what it was allowed to lose. */
  allowedDataLoss?: { urn: string; holds: string }[];
  /** Of a switch: what was switched, and to what. */
  switched?: Record<string, boolean>;
  /** The saved plan that it carried out: its creation time and seal. */
  plan?: { createdAt: string; seal: string };
  error?: ErrorInfo;
  /** How it got its state when its own process had left it without one. */
  settled?: { at: string; by: { user: string; host: string }; was: ReleaseState; detail: string };
}

export interface HistoryResult {
  stack: string;
  releases: ReleaseSummary[];
}

/** A key of a release's config. */
export interface ConfigEntry {
  key: string;
  /** JSON of the value, plain text where it is one; `[secret]` of a secret. */
  value: string;
  secret: boolean;
}

/** A release with all that was observed. */
export interface ReleaseDetails extends ReleaseSummary {
  project: string;
  stack: string;
  process: { pid: number; host: string };
  services: ServiceObservation[];
  probes: ProbeResult[];
  builds?: Record<string, { image: string; context: string; dockerfile: string }>;
}

export interface ShowResult {
  stack: string;
  release: ReleaseDetails;
  /** Whether it is the release that runs. */
  current: boolean;
  /** Its copy of the stack's config. */
  config: ConfigEntry[];
}

/** The image of a service, as a release ran it. */
export interface ReleaseImage {
  /** Reference as it was asked for, or the name that the build was given. */
  image: string;
  /** Image id. */
  digest: string;
  revision: string;
  /** The image's key in config `images`, where it is not the service's name. */
  name?: string;
  /** `name@sha256:…` by which a registry has it. */
  repoDigest?: string;
  /** ARN, with its number, of the task definition that ran it. */
  taskDefinition?: string;
}

export interface ImageDifference {
  service: string;
  change: "added" | "removed" | "changed";
  before?: ReleaseImage;
  after?: ReleaseImage;
}

/** What differs from one release to another. */
export interface DiffResult {
  stack: string;
  from: Pick<ReleaseSummary, "number" | "state" | "startedAt">;
  to: Pick<ReleaseSummary, "number" | "state" | "startedAt">;
  /** Whether nothing differs. */
  same: boolean;
  /** Keys of the config, features left out. Values of secrets are compared, never shown. */
  config: ConfigDifference[];
  /** Switches below the config key `features`. */
  features: ConfigDifference[];
  images: ImageDifference[];
  /** Set where the newest migrations differ. */
  migrationHead?: { before?: string; after?: string };
  /** Set where the programs' commits or lockfiles differ, or one was not committed. */
  program?: {
    before: ReleaseSummary["program"];
    after: ReleaseSummary["program"];
    /** Commits that only one of them has; undefined where this repository lacks one of the two. */
    commits?: { added: number; removed: number; newest: string[] };
  };
  /** What could not be compared, and why. */
  notes: string[];
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

export interface ApproveResult {
  stack: string;
  /** The answer that was given. */
  approved: boolean;
  /** What waited for it. */
  release: number;
  service: string;
  gate: string;
  message: string;
  since: string;
}

/** An image that goes because nothing needs it. */
export interface PrunedImage {
  /** Image id. */
  digest: string;
  tags: string[];
  /** The registry's repository that has it; undefined for one that is on a machine. */
  repository?: string;
  /** Bytes, layers that it shares with other images included. */
  size: number;
  /** Releases that ran it. */
  releases: number[];
}

export interface PruneResult {
  stack: string;
  /** What was removed, or would be. */
  images: PrunedImage[];
  /** What the platform did not let go, and why. */
  kept: { digest: string; reason: string }[];
  /** How many good releases keep their images. */
  keep: number;
  dryRun: boolean;
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
