import type Docker from "dockerode";
import { rootImage, type BaseImageName } from "./catalog";
import { inspectImage } from "./daemon";
import type { BaseImageReport, ImageSource } from "./ensure";
import { BaseImageError } from "./errors";
import type { ImageLog } from "./imageLog";
import type { RootfsPlan } from "./plan";
import { buildImages } from "./buildStage";
import { pullImages } from "./pullStage";
import { removeReplaced } from "./remove";

export interface ProvideOptions {
  docker: Docker;
  rootfs: RootfsPlan;
  missing: BaseImageName[];
  /** Make Debian's root folder anew, too. */
  force: boolean;
  cache: string;
  log: ImageLog;
  sources: ImageSource[];
  registryTimeout: number;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** For each image that a stage was asked for: undefined when it is there now, or else why not. */
export type StageResult = Map<BaseImageName, string | undefined>;

const STAGES = { registry: pullImages, debian: buildImages } satisfies Record<
  ImageSource,
  (options: ProvideOptions, names: BaseImageName[], done: DoneCallback) => Promise<StageResult>
>;

/** Called as soon as an image has its name. */
export type DoneCallback = (name: BaseImageName, began: number) => Promise<void>;

/**
 * Gets the missing images, each from the first source that has it.
 * @throws BaseImageError naming those that no source has.
 */
export async function provide(options: ProvideOptions): Promise<BaseImageReport[]> {
  const { docker, missing, log } = options;
  const replaced = await Promise.all(missing.map((name) => inspectImage(docker, name)));
  const attempts = new Map<BaseImageName, string[]>(missing.map((name) => [name, []]));
  const made = new Map<BaseImageName, BaseImageReport>();
  for (const source of ["registry", "debian"] as const) {
    const wanted = missing.filter((name) => !made.has(name));
    if (wanted.length === 0) continue;
    if (!options.sources.includes(source)) {
      for (const name of wanted) attempts.get(name)?.push(`${source}: switched off`);
      continue;
    }
    const problems = await STAGES[source](options, wanted, async (name, began) => {
      const report = await describe(options, name, source, began);
      made.set(name, report);
      log.report(name, summary(report));
    });
    for (const [name, problem] of problems) {
      if (problem !== undefined) attempts.get(name)?.push(`${source}: ${problem}`);
    }
  }
  await removeReplaced(
    docker,
    replaced.flatMap((image) => image ?? []),
    options.rootfs,
  );
  const failed = missing.filter((name) => !made.has(name));
  if (failed.length === 0) return [...made.values()];
  throw new BaseImageError(
    failed.map((name) => ({ name, attempts: attempts.get(name) ?? [], tail: tail(log, name) })),
    log.file,
  );
}

// What keeps the root folder from being made keeps all of them, and stands in its part of the log.
function tail(log: ImageLog, name: BaseImageName): string[] {
  const own = log.tail(name);
  return own.length > 0 ? own : log.tail(rootImage);
}

async function describe(
  { docker }: ProvideOptions,
  name: BaseImageName,
  source: ImageSource,
  began: number,
): Promise<BaseImageReport> {
  const image = await docker.getImage(name).inspect();
  return { name, source, id: image.Id, seconds: (Date.now() - began) / 1000, size: image.Size };
}

function summary({ source, seconds, size }: BaseImageReport): string {
  const how = source === "registry" ? "pulled" : "built from Debian packages";
  return `${how} in ${seconds.toFixed(1)} s, ${Math.round(size / 1e6)} MB`;
}
