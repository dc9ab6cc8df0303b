import type { ErrorInfo } from "../errors";
import type { Verdict } from "./observation";
import type { UpResult } from "./update";

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
