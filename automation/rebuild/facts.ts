import { configDifference } from "../config";
import { withConfigCopy } from "../configCopy";
import { ConfigError } from "../errors";
import { readIntended } from "../intended";
import type { Intended, IntendedService } from "../intended";
import { namedPlatform } from "../platforms";
import { provenance } from "../provenance";
import { currentRelease, isGood } from "../release";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";
import { otherConfig } from "../verbs/prepare";
import type { Prepared } from "../verbs/prepare";
import type { ConfigValue } from "../workspace";
import { readHistory } from "./history";
import { stackConfig } from "./paths";
import { patternsFor, rebuildConfig } from "./patterns";
import type { RebuildConfig } from "./patterns";
import { buildFacts, deliveredFacts } from "./sources";
import type { ImageSource, ServiceFacts, StackFacts } from "./types";

export interface GatherOptions {
  /** Services whose build is asked for. */
  asked: (service: string) => boolean;
  /** Compare the config of the running release too, which starts the engine once. */
  compareConfig: boolean;
}

/** What a decision was made of, for those who want to say more about it. */
export interface Gathered {
  facts: StackFacts;
  intended: Intended;
  release?: ReleaseRecord;
}

/** Reads everything that the decision depends on: state, release, git, files, config, the platform's images. */
export async function gather(
  session: Session,
  { state, config }: Pick<Prepared, "state" | "config">,
  options: GatherOptions,
): Promise<Gathered> {
  const { project, store, env } = session;
  const patterns = rebuildPatterns(project.name, config);
  const intended = readIntended(state.outputs);
  const releases = await store.list();
  const release = currentRelease(releases);
  const [history, program, present, difference] = await Promise.all([
    readHistory(project.dir, env, release && sinceOf(release)),
    provenance(project.dir, env),
    presentImages(session, intended),
    options.compareConfig && release !== undefined
      ? compareConfig(session, release, config)
      : { config: [] },
  ]);
  const pins = pinsIn(config[`${project.name}:images`]);
  const services = await Promise.all(
    Object.entries(intended.services ?? {}).map(async ([service, running]) => {
      const there = present[service];
      const facts: ServiceFacts = {
        service,
        source: sourceOf(project.dir, service, running, pins, releases, release),
        ...(there === undefined ? {} : { imagePresent: there }),
        files: await deliveredFacts(project.dir, running.files ?? []),
        patterns: patternsFor(service, patterns),
        asked: options.asked(service),
      };
      return facts;
    }),
  );
  const facts: StackFacts = {
    ...(release === undefined
      ? {}
      : { release: { number: release.number, dirty: release.program.dirty === true } }),
    doubts: doubtsAbout(releases, release, intended),
    history,
    ...difference,
    lockfileChanged: release !== undefined && release.program.lockfile !== program.lockfile,
    apart: apartFrom(intended),
    services,
  };
  return { facts, intended, ...(release === undefined ? {} : { release }) };
}

/** @throws ConfigError that names every wrong entry */
function rebuildPatterns(
  project: string,
  config: Readonly<Record<string, ConfigValue>>,
): RebuildConfig {
  const key = `${project}:rebuild`;
  const parsed = rebuildConfig.safeParse(dataOf(config[key]) ?? {});
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => ({
      path: [key, ...path.map(String)].join("."),
      message,
    })),
  );
}

function sinceOf({ number, program: { commit } }: ReleaseRecord): {
  number: number;
  commit?: string;
} {
  return { number, ...(commit === undefined ? {} : { commit }) };
}

function sourceOf(
  projectDir: string,
  service: string,
  running: IntendedService,
  pins: Readonly<Record<string, string>>,
  releases: readonly ReleaseRecord[],
  release: ReleaseRecord | undefined,
): ImageSource {
  const { image, build, digest } = running;
  const name = build?.image ?? service;
  const reference = pins[name];
  if (reference !== undefined) return { kind: "pinned", reference, same: reference === image };
  if (build !== undefined) return { kind: "built", build: buildFacts(projectDir, build) };
  const pinned = release !== undefined && release.kind !== "up";
  if (pinned || image === digest) return { kind: "unpinned" };
  // Older programs told nothing of builds; a record of theirs cannot tell a built image from a named one.
  return running.files === undefined || releases.some(({ builds }) => builds?.[service])
    ? { kind: "unknown" }
    : { kind: "referenced", reference: image };
}

/** Whether the release's record is what the stack holds: a later update may have gone half way. */
function doubtsAbout(
  releases: readonly ReleaseRecord[],
  release: ReleaseRecord | undefined,
  { services = {} }: Intended,
): StackFacts["doubts"] {
  if (release === undefined) return [];
  const later = releases.findLast((each) => each.number > release.number && !isGood(each));
  if (later !== undefined) {
    const text = `release ${later.number} after it is ${later.state}: what the stack holds may be either's`;
    return [{ cause: "failed-since", text }];
  }
  const differs = Object.entries(services).some(
    ([name, { revision, digest }]) =>
      release.images[name]?.revision !== revision || release.images[name].digest !== digest,
  );
  const text = `the stack was updated without Landfall since release ${release.number}`;
  return differs ? [{ cause: "changed-outside", text }] : [];
}

/** By service whether its image is there; nothing is known of a platform that does not answer. */
async function presentImages(
  { env }: Session,
  { platform, services = {} }: Intended,
): Promise<Partial<Record<string, boolean>>> {
  const found = await namedPlatform(platform);
  if (found === undefined || Object.keys(services).length === 0) return {};
  const missing = await found.images.missing({ env }, services).catch(() => undefined);
  if (missing === undefined) return {};
  return Object.fromEntries(Object.keys(services).map((name) => [name, !missing.includes(name)]));
}

async function compareConfig(
  session: Session,
  release: ReleaseRecord,
  now: Readonly<Record<string, ConfigValue>>,
): Promise<Pick<StackFacts, "config" | "configProblem">> {
  const own = [`${session.project.name}:images`, `${session.project.name}:rebuild`];
  try {
    const before = await withConfigCopy(session, release, (file) => otherConfig(session, file));
    const changes = configDifference(before, now).filter(({ key }) => !own.includes(key));
    return { config: changes.map(({ key, change }) => ({ key, change })) };
  } catch (error) {
    session.context.check();
    const why = error instanceof Error ? error.message : String(error);
    const configProblem = `the config of release ${release.number} cannot be compared: ${why}`;
    return { config: [], configProblem };
  }
}

/** What has a rule of its own, or is no part of what runs: contexts, delivered files, the stacks' config. */
function apartFrom({ services = {} }: Intended): string[] {
  const listed = Object.values(services).flatMap(({ build, files = [] }) => [
    ...(build === undefined ? [] : [build.context, build.dockerfile]),
    ...files.flatMap(({ source }) => source ?? []),
  ]);
  // A context that is the whole project would leave nothing of the program.
  return [stackConfig, ...listed.filter((path) => path !== ".")];
}

function pinsIn(value: ConfigValue | undefined): Record<string, string> {
  const data = dataOf(value);
  if (typeof data !== "object" || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

function dataOf(value: ConfigValue | undefined): unknown {
  if (value?.objectValue !== undefined) return value.objectValue;
  if (value?.value === undefined) return undefined;
  try {
    return JSON.parse(value.value) as unknown;
  } catch {
    return value.value;
  }
}
