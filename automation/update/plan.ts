import type { surroundings } from "../fingerprint";
import type { Intended } from "../intended";
import type { SchemaChange } from "../migrations/carryOut";
import type { ReleaseRecord } from "../release";
import type { Prepared } from "../verbs/prepare";

/** What an update does beside deploying the working tree's program with the stack's config. */
export interface UpdatePlan {
  kind: ReleaseRecord["kind"];
  /** Config file to take instead of the stack's own, and its text. */
  config?: { file: string; text: string };
  rollbackTo?: number;
  /** Of a promotion: whose images are deployed. */
  promotedFrom?: { stack: string; release: number };
  /** Values that go beside the config in every step: they pin images. */
  pins?: Readonly<Record<string, string | object>>;
  /** Image ids that must be running in the end, by service. */
  expectedDigests?: Record<string, string>;
  /** What has to happen before the first step, once nothing forbids the update. */
  prelude?: (prepared: Prepared) => Promise<SchemaChange[]>;
  /** Services that it is to stop: that they stop answering is no failure. */
  stops?: readonly string[];
  /** Of a switch: what is switched, and to what; part of the release. */
  switched?: Readonly<Record<string, boolean>>;
  /** Is awaited when the update is admitted and recorded, before its first step. */
  onBegin?: () => Promise<void>;
  /** What was read of the stack before: with `config` that of the config file to take. */
  known?: Partial<Pick<Prepared, "state" | "config">>;
  /** What the program's outcome depends on, where somebody has begun to find that out already. */
  surroundings?: ReturnType<typeof surroundings>;
  /** Is told what the stack promises in the end. */
  onEnd?: (intended: Intended) => void;
}

export function configOption({ config }: UpdatePlan): { configFile?: string } {
  return config === undefined ? {} : { configFile: config.file };
}

/** What is known before the first change: what guards and records look at. */
export interface Proposal {
  plan: UpdatePlan;
  prepared: Prepared;
}
