import { z } from "zod";

import type { ReleaseMigrations } from "./migrations/tasks";
import type { ProbeResult, ReleaseState, ReleaseSummary, ServiceObservation } from "./results";
import { LandfallError } from "./errors";

/** Everything that is known about one release; enough to deploy it again. */
export interface ReleaseRecord extends ReleaseSummary {
  format: 1;
  project: string;
  stack: string;
  /** The stack's config file as it was, byte for byte: secrets encrypted, with their salt or key. */
  config: string;
  /** The process that made it: tells whether one that is `running` was interrupted. */
  process: { pid: number; host: string };
  services: ServiceObservation[];
  probes: ProbeResult[];
  /** By service how its image was built, where it was: what the next decision is compared with. */
  builds?: Record<string, ImageBuildRecord>;
  /** By job the migrations that its code was made with: what a later rollback asks. */
  migrations?: Record<string, ReleaseMigrations>;
}

/** How an image was built; paths are relative to the project's folder. */
export interface ImageBuildRecord {
  /** Key of the image in config `images`. */
  image: string;
  context: string;
  dockerfile: string;
  /** Hash of the Dockerfile and of the context's files. */
  contextHash: string;
}

/** What is known before an update begins. */
export type ReleaseDraft = Omit<ReleaseRecord, "number" | "format" | "state">;

/** Documents that a stack may have beside its releases. Each name is also a file's or an object's. */
export type NoteName =
  "approval-requests" | "approvals" | "freeze" | "harmless" | "key" | "previewed";

/** Where releases are kept. A store never overwrites one release by another. */
export interface ReleaseStore {
  /** All releases, oldest first. */
  list(): Promise<ReleaseRecord[]>;
  /** Writes a record in state `running` under the next free number. */
  begin(draft: ReleaseDraft): Promise<ReleaseRecord>;
  /** Replaces a record by its finished form, as a whole. */
  finish(record: ReleaseRecord): Promise<void>;
  /**
   * Writes what a release came to whose own process has left it without a verdict. False, and nothing is written, when
   * the record has got one meanwhile, or is gone.
   */
  settle(record: ReleaseRecord): Promise<boolean>;
  /** Takes back a record of an update that never began. Its number may be given again. */
  discard(number: number): Promise<void>;
  /**
   * Reads a small document that belongs to the stack and to no release, a freeze for example.
   * Undefined where there is none. @throws when the store cannot be read: that it is not there must be known
   */
  readNote(name: NoteName): Promise<string | undefined>;
  /** Replaces such a document as a whole; undefined removes it. */
  writeNote(name: NoteName, text: string | undefined): Promise<void>;
  /** Removes all of them, and the notes. */
  removeAll(): Promise<void>;
}

/** States that a release does not keep: its process, the next update or `verify` gives it another. */
export const unsettled: readonly ReleaseState[] = ["running", "interrupted", "unverified"];

/** A record as it is kept. */
export function textOf(record: ReleaseRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** Only what a rollback relies on is checked: records of a later version may hold more. */
const recordShape = z.looseObject({
  format: z.literal(1),
  number: z.int().min(1),
  state: z.string(),
  kind: z.enum(["up", "rollback", "promote", "feature", "stop", "start", "read-only"]),
  config: z.string(),
  startedAt: z.string(),
  process: z.looseObject({ pid: z.number(), host: z.string() }),
  images: z.record(z.string(), z.looseObject({ image: z.string(), digest: z.string() })),
});

/** Reads a record; undefined when the text is none. */
export function parseRecord(text: string): ReleaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A record without the parts that only a rollback needs. */
export function summaryOf(record: ReleaseRecord): ReleaseSummary {
  const {
    format: _,
    project: _p,
    stack: _s,
    config: _c,
    process: _pr,
    services: _se,
    probes: _pb,
    builds: _b,
    migrations: _m,
    ...summary
  } = record;
  return summary;
}

const good: readonly ReleaseState[] = ["deployed", "unchanged"];

/** Whether a release ran as intended. */
export function isGood({ state }: Pick<ReleaseRecord, "state">): boolean {
  return good.includes(state);
}

/** The newest release that ran as intended. */
export function currentRelease(releases: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return releases.findLast(isGood);
}

/**
 * The release to go back to. By default it is the last good one that differs from what runs; after an update that
 * failed, the first step leads to the last good release itself.
 * @throws LandfallError `release_not_found`
 */
export function rollbackTarget(
  releases: readonly ReleaseRecord[],
  choice: { to?: number; steps?: number },
): ReleaseRecord {
  if (choice.to !== undefined) return chosen(releases, choice.to);
  const steps = choice.steps ?? 1;
  const distinct = distinctGood(releases);
  const newest = releases.at(-1);
  const standing = newest !== undefined && isGood(newest) ? 1 : 0;
  const target = distinct[steps - 1 + standing];
  if (target) return target;
  const reachable = Math.max(0, distinct.length - standing);
  throw new LandfallError(
    "release_not_found",
    reachable === 0
      ? "there is no earlier release to go back to"
      : `there are only ${reachable} earlier releases to go back to, not ${steps}`,
  );
}

/** Whether two releases ran the same images under the same config. */
export function sameContent(a: ReleaseRecord, b: ReleaseRecord): boolean {
  return a.config === b.config && JSON.stringify(digests(a)) === JSON.stringify(digests(b));
}

function chosen(releases: readonly ReleaseRecord[], number: number): ReleaseRecord {
  const release = releases.find((each) => each.number === number);
  if (release === undefined) {
    const known = releases.filter(isGood).map((each) => each.number);
    const list = known.length === 0 ? "there are none" : `there are ${known.slice(-20).join(", ")}`;
    throw new LandfallError("release_not_found", `there is no release ${number}: ${list}`);
  }
  if (!isGood(release)) {
    throw new LandfallError(
      "release_not_found",
      `release ${number} is ${release.state}: only one that ran as intended can be gone back to`,
    );
  }
  return release;
}

/** Good releases, newest first, each that only repeats another left out. */
function distinctGood(releases: readonly ReleaseRecord[]): ReleaseRecord[] {
  const found: ReleaseRecord[] = [];
  for (const release of [...releases].reverse().filter(isGood)) {
    const last = found.at(-1);
    if (last === undefined || !sameContent(last, release)) found.push(release);
  }
  return found;
}

function digests({ images }: ReleaseRecord): [string, string][] {
  return Object.entries(images)
    .map(([service, { digest }]): [string, string] => [service, digest])
    .sort(([a], [b]) => a.localeCompare(b));
}

function isRecord(value: unknown): value is ReleaseRecord {
  return recordShape.safeParse(value).success;
}
