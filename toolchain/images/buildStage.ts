import * as fs from "node:fs";
import * as path from "node:path";
import { ToolchainError } from "../errors";
import { messageOf } from "../files";
import { labelsOf, planLeaf } from "./plan";
import { rootImage, type BaseImageName } from "./catalog";
import { inspectImage } from "./daemon";
import { proxyVariables } from "./hostApt";
import { buildLeaf } from "./leaf";
import { settleInPool } from "./pool";
import type { DoneCallback, ProvideOptions, StageResult } from "./provide";
import { makeRootImage } from "./rootfs";

/** Two builds at a time: one waits for the network while the other unpacks. */
const PARALLEL = 2;

/** Builds images from Debian packages: the root folder once, and the others from it. */
export async function buildImages(
  options: ProvideOptions,
  names: BaseImageName[],
  done: DoneCallback,
): Promise<StageResult> {
  const { docker, rootfs, log, signal } = options;
  const result: StageResult = new Map();
  const proxies = proxyVariables(options.env);
  const began = Date.now();
  try {
    await ensureRootImage(options, proxies);
  } catch (error) {
    signal?.throwIfAborted();
    const problem = [messageOf(error), ...attemptsOf(error)].join("; ");
    log.report(rootImage, problem);
    return new Map(names.map((name) => [name, problem]));
  }
  if (names.includes(rootImage)) {
    const [repo = "", tag = ""] = rootImage.split(":");
    await docker.getImage(rootfs.reference).tag({ repo, tag });
    await done(rootImage, began);
  }
  const build = async (name: BaseImageName): Promise<void> => {
    const leafBegan = Date.now();
    log.report(name, "building from Debian packages");
    try {
      const leaf = planLeaf(name, rootfs);
      await buildLeaf({ ...options, leaf, proxies });
      await done(name, leafBegan);
    } catch (error) {
      signal?.throwIfAborted();
      log.report(name, messageOf(error));
      result.set(name, messageOf(error));
    }
  };
  const leaves = names.filter((name) => name !== rootImage);
  await settleInPool(leaves, PARALLEL, build);
  return result;
}

async function ensureRootImage(
  options: ProvideOptions,
  proxies: Record<string, string>,
): Promise<void> {
  const { docker, rootfs, cache, log, signal } = options;
  discardLeftovers(cache);
  if (!options.force && (await inspectImage(docker, rootfs.reference)) !== undefined) return;
  for (const note of rootfs.notes) log.report(rootImage, `not used: ${note}`);
  fs.mkdirSync(cache, { recursive: true });
  const work = fs.mkdtempSync(path.join(cache, WORK));
  try {
    await makeRootImage({
      docker,
      plan: rootfs,
      work,
      labels: labelsOf(rootImage, rootfs.content),
      proxies,
      log,
      signal,
    });
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function attemptsOf(error: unknown): readonly string[] {
  return error instanceof ToolchainError ? error.attempts : [];
}

const WORK = "work-";

// The caller holds the lock, so whoever left these is gone.
function discardLeftovers(cache: string): void {
  if (!fs.existsSync(cache)) return;
  for (const name of fs.readdirSync(cache)) {
    if (name.startsWith(WORK)) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
