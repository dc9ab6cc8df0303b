import * as path from "node:path";
import Docker from "dockerode";
import { withLock } from "../lock";
import { landfallPaths } from "../paths";
import { baseImageNames, labels, rootImage, type BaseImageName } from "./catalog";
import { daemonArchitecture, inspectImage, labelOf } from "./daemon";
import { ImageLog } from "./imageLog";
import { planLeaf, planRootfs, type RootfsPlan } from "./plan";
import { provide } from "./provide";

export { baseImageNames, type BaseImageName } from "./catalog";
export { BaseImageError } from "./errors";
export { removeBaseImages } from "./remove";

/** Where an image can come from, when it is not there yet. */
export type ImageSource = "registry" | "debian";

export interface BaseImageOptions {
  /** Project folder: the log, the lock and the scratch folder lie in its `.landfall`. */
  root: string;
  /** @default all of them */
  only?: BaseImageName[];
  /** Gets one line for each step. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** Make them anew although they are there, such as for Debian's security fixes. @default false */
  force?: boolean;
  /** Sources that may be used, tried in the order registry, debian. @default both */
  sources?: ImageSource[];
  /** Milliseconds until a registry must have answered. @default 5000 */
  registryTimeout?: number;
  /** @default the daemon of DOCKER_HOST */
  docker?: Docker;
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
}

export interface BaseImageReport {
  name: BaseImageName;
  /** `present`: nothing had to be done. */
  source: "present" | ImageSource;
  /** The daemon's id, `sha256:…`. */
  id: string;
  seconds: number;
  /** Bytes on the daemon's disk, shared layers included. */
  size: number;
}

/** How long another process may be busy with the same images, in milliseconds. */
const LOCK_MILLISECONDS = 30 * 60_000;

/**
 * Makes sure that the base images are there: those of the local daemon are taken, others pulled when a registry answers,
 * and else built from Debian packages. An image that was built here is built again when its Dockerfile, this host's
 * CA certificates or its mirror have changed.
 * @throws BaseImageError when an image could not be had from any source; what was done for others is kept.
 * @throws ToolchainError when no Docker daemon answers, or another process is busy for too long.
 */
export async function ensureBaseImages(options: BaseImageOptions): Promise<BaseImageReport[]> {
  const docker = options.docker ?? new Docker();
  const names = baseImageNames.filter((name) => options.only?.includes(name) ?? true);
  options.signal?.throwIfAborted();
  const rootfs = planRootfs(await daemonArchitecture(docker), options.env ?? process.env);
  const present = options.force === true ? [] : await lookUp(docker, names, rootfs);
  if (present.length === names.length) return present;

  const progress = options.onProgress ?? (() => undefined);
  const paths = landfallPaths(options.root);
  return withLock(
    path.join(paths.locks, "base-images.lock"),
    {
      purpose: "base images",
      timeout: LOCK_MILLISECONDS,
      signal: options.signal,
      waiting: everyTenSeconds(({ pid }) => {
        progress(`waiting for process ${pid}, which makes the base images`);
      }),
    },
    async () => {
      const done = options.force === true ? [] : await lookUp(docker, names, rootfs);
      const missing = names.filter((name) => !done.some((report) => report.name === name));
      if (missing.length === 0) return done;
      const made = await provide({
        docker,
        rootfs,
        missing,
        force: options.force ?? false,
        cache: path.join(paths.cache, "images"),
        log: new ImageLog(path.join(paths.logs, "images.log"), progress),
        sources: options.sources ?? ["registry", "debian"],
        registryTimeout: options.registryTimeout ?? 5000,
        env: options.env ?? process.env,
        signal: options.signal,
      });
      const reports = [...done, ...made];
      return names.flatMap((name) => reports.filter((report) => report.name === name));
    },
  );
}

function everyTenSeconds<T>(call: (value: T) => void): (value: T) => void {
  let next = 0;
  return (value) => {
    if (Date.now() < next) return;
    next = Date.now() + 10_000;
    call(value);
  };
}

/** The images that are there and as they would be made now. */
async function lookUp(
  docker: Docker,
  names: BaseImageName[],
  rootfs: RootfsPlan,
): Promise<BaseImageReport[]> {
  const found = await Promise.all(
    names.map(async (name): Promise<BaseImageReport[]> => {
      const began = Date.now();
      const image = await inspectImage(docker, name);
      if (image === undefined || isStale(name, image, rootfs)) return [];
      const seconds = (Date.now() - began) / 1000;
      return [{ name, source: "present", id: image.Id, seconds, size: image.Size }];
    }),
  );
  return found.flat();
}

function isStale(name: BaseImageName, image: Docker.ImageInspectInfo, rootfs: RootfsPlan): boolean {
  const content = labelOf(image, labels.content);
  if (content === undefined) return false;
  return content !== (name === rootImage ? rootfs.content : planLeaf(name, rootfs).content);
}
