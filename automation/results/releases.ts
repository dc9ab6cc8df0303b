import type { ErrorInfo } from "../errors";
import type { SchemaChange } from "../migrations/carryOut";
import type { ProbeResult, ServiceObservation, Verdict } from "./observation";
import type { RolloutReport } from "./rollout";
import type { Changes, ConfigDifference } from "./update";

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
