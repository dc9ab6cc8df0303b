import type { ErrorInfo } from "../errors";
import type { Diagnostic } from "../events";
import type { Resolution } from "../migrations/resolve";
import type { ImageOutcome } from "../rebuild/result";
import type { Observation, ProbeResult, ServiceObservation, Verdict } from "./observation";
import type { SettledRelease } from "./releases";
import type { RolloutReport } from "./rollout";

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

export interface PhaseTiming {
  /** `toolchain`, `prepare`, `recover`, `update`, `verify`, `record`. */
  phase: string;
  durationMs: number;
}

export interface UpdateOutcome {
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
