import { configDifference } from "../config";
import { withConfigCopy } from "../configCopy";
import { LandfallError } from "../errors";
import { git } from "../git";
import type { DiffArgs } from "../operations";
import { currentRelease } from "../release";
import type { ReleaseRecord } from "../release";
import type { ConfigDifference, DiffResult, ImageDifference, ReleaseSummary } from "../results";
import type { Session } from "../session";
import type { ConfigValue } from "../workspace";
import { releaseNumbered, releasesOf } from "./history";
import { otherConfig } from "./prepare";
import { together } from "../together";

/** Commits that are listed by name. */
const listed = 10;

/** What differs from one release to another, or to the one that runs. */
export async function diff(session: Session, args: DiffArgs): Promise<DiffResult> {
  const releases = await releasesOf(session);
  const from = releaseNumbered(releases, args.from);
  const to = args.to === undefined ? currentRelease(releases) : releaseNumbered(releases, args.to);
  if (to === undefined) {
    throw new LandfallError("release_not_found", "no release runs as intended: name two releases");
  }
  const { differences, notes } = await configsOf(session, from, to);
  const images = imageDifferences(from.images, to.images);
  const program = await programDifference(session, from.program, to.program);
  const { migrationHead: before } = from;
  const { migrationHead: after } = to;
  const migrated = before !== after;
  return {
    stack: session.stack,
    from: sideOf(from),
    to: sideOf(to),
    same: differences.length + images.length === 0 && !migrated && program === undefined,
    config: differences.filter(({ key }) => !isFeatures(key)),
    features: differences.filter(({ key }) => isFeatures(key)).flatMap(switches),
    images,
    ...(migrated
      ? {
          migrationHead: {
            ...(before === undefined ? {} : { before }),
            ...(after === undefined ? {} : { after }),
          },
        }
      : {}),
    ...(program === undefined ? {} : { program }),
    notes,
  };
}

function sideOf({ number, state, startedAt }: ReleaseRecord): DiffResult["from"] {
  return { number, state, startedAt };
}

/** Decrypted where that is possible: a secret that was only encrypted again has not changed. */
async function configsOf(
  session: Session,
  from: ReleaseRecord,
  to: ReleaseRecord,
): Promise<{ differences: ConfigDifference[]; notes: string[] }> {
  if (from.config === to.config) return { differences: [], notes: [] };
  try {
    const [before, after] = await together([decrypted(session, from), decrypted(session, to)]);
    return { differences: configDifference(before, after), notes: [] };
  } catch (error) {
    if (!(error instanceof LandfallError)) throw error;
    const [before, after] = await together([written(session, from), written(session, to)]);
    const note = `secrets that both have were not compared: ${error.message}`;
    return { differences: configDifference(before, after), notes: [note] };
  }
}

type Config = Record<string, ConfigValue>;

async function decrypted(session: Session, record: ReleaseRecord): Promise<Config> {
  if (record.config === "") return {};
  return withConfigCopy(session, record, (file) => otherConfig(session, file));
}

async function written(session: Session, record: ReleaseRecord): Promise<Config> {
  const config = await withConfigCopy(session, record, (file) =>
    session.workspace.writtenConfig(file),
  );
  // Without its value a secret is known by its key alone.
  const known = Object.entries(config ?? {}).map(([key, value]): [string, ConfigValue] =>
    value.secret ? [key, { secret: true, value: "" }] : [key, value],
  );
  return Object.fromEntries(known);
}

function isFeatures(key: string): boolean {
  return key.endsWith(":features");
}

/** One difference for each switch of a `features` object. */
function switches(difference: ConfigDifference): ConfigDifference[] {
  const { before, after, secret } = difference;
  const [old, now] = [objectIn(before), objectIn(after)];
  if (secret || old === undefined || now === undefined) return [difference];
  return configDifference(old, now);
}

function objectIn(text = "{}"): Record<string, ConfigValue> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value).map(([name, item]): [string, ConfigValue] => [
      name,
      { secret: false, value: typeof item === "string" ? item : JSON.stringify(item) },
    ]);
    return Object.fromEntries(entries);
  } catch {
    return undefined;
  }
}

function imageDifferences(
  before: ReleaseSummary["images"],
  after: ReleaseSummary["images"],
): ImageDifference[] {
  const services = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return services.flatMap((service): ImageDifference[] => {
    const [old, now] = [before[service], after[service]];
    if (old === undefined)
      return now === undefined ? [] : [{ service, change: "added", after: now }];
    if (now === undefined) return [{ service, change: "removed", before: old }];
    const same = (["image", "digest", "revision"] as const).every((key) => old[key] === now[key]);
    return same ? [] : [{ service, change: "changed", before: old, after: now }];
  });
}

type Program = ReleaseSummary["program"];

async function programDifference(
  session: Session,
  before: Program,
  after: Program,
): Promise<DiffResult["program"]> {
  const clean = before.dirty !== true && after.dirty !== true;
  if (clean && before.commit === after.commit && before.lockfile === after.lockfile) {
    return undefined;
  }
  const commits = await commitsBetween(session, before.commit, after.commit);
  return { before, after, ...(commits === undefined ? {} : { commits }) };
}

/** A record is a file that anybody may have written: what is no hash must not reach git as an option. */
const hash = /^[0-9a-f]{7,64}$/;

async function commitsBetween(
  { project, env }: Session,
  before = "",
  after = "",
): Promise<NonNullable<DiffResult["program"]>["commits"]> {
  if (!hash.test(before) || !hash.test(after) || before === after) return undefined;
  const range = ["rev-list", "--count", "--left-right", `${before}...${after}`];
  const counted = await git(project.dir, env, range);
  const [, removed, added] = /^(\d+)\s+(\d+)/.exec(counted.stdout) ?? [];
  if (!counted.ok || removed === undefined || added === undefined) return undefined;
  const log = ["log", "--oneline", "--no-decorate", "-n", String(listed), `${before}..${after}`];
  const { stdout } = await git(project.dir, env, log);
  return {
    added: Number(added),
    removed: Number(removed),
    newest: stdout.split("\n").filter((line) => line !== ""),
  };
}
