import Docker from "dockerode";
import { messageOf } from "../files";
import { baseImageNames, labels, type BaseImageName } from "./catalog";
import { inspectImage, labelOf, statusOf } from "./daemon";
import type { RootfsPlan } from "./plan";

export interface RemoveOptions {
  /** @default all of them */
  only?: BaseImageName[];
  /** @default the daemon of DOCKER_HOST */
  docker?: Docker;
}

export interface RemovedImages {
  removed: string[];
  /** Those that stay, and why. */
  kept: { name: string; reason: string }[];
}

/** Removes base images that were built here. Those of a registry, and those that something uses, stay. */
export async function removeBaseImages(options: RemoveOptions = {}): Promise<RemovedImages> {
  const docker = options.docker ?? new Docker();
  const result: RemovedImages = { removed: [], kept: [] };
  const all = options.only === undefined;
  const roots = all ? await rootReferences(docker) : [];
  // Debian's root folder last: the others are built on it.
  for (const name of [...baseImageNames]
    .reverse()
    .filter((each) => all || options.only?.includes(each))) {
    const image = await inspectImage(docker, name);
    if (image === undefined) continue;
    if (!isOurs(image, name)) {
      result.kept.push({ name, reason: "it was not built here" });
      continue;
    }
    await removeInto(docker, name, result);
  }
  for (const { reference } of roots) await removeInto(docker, reference, result);
  return result;
}

/** Removes what lost its name to a new image, as far as nothing uses it. */
export async function removeReplaced(
  docker: Docker,
  replaced: Docker.ImageInspectInfo[],
  current: RootfsPlan,
): Promise<void> {
  for (const old of replaced) {
    const image = await inspectImage(docker, old.Id);
    if (image === undefined || image.RepoTags.length > 0) continue;
    if (labelOf(image, labels.base) !== undefined) await removeUnused(docker, image.Id);
  }
  const yesterday = Date.now() / 1000 - 24 * 3600;
  for (const { reference, created } of await rootReferences(docker)) {
    // A fresh one may be what another checkout is building on just now.
    if (reference !== current.reference && created < yesterday) {
      await removeUnused(docker, reference);
    }
  }
}

function isOurs(image: Docker.ImageInspectInfo, name: BaseImageName): boolean {
  return labelOf(image, labels.image) === name;
}

async function rootReferences(docker: Docker): Promise<{ reference: string; created: number }[]> {
  const images = await docker.listImages({ filters: { reference: ["landfall/debian"] } });
  return images.flatMap(({ RepoTags, Created }) =>
    (RepoTags ?? [])
      .filter((reference) => reference.startsWith("landfall/debian:"))
      .map((reference) => ({ reference, created: Created })),
  );
}

async function removeInto(docker: Docker, name: string, result: RemovedImages): Promise<void> {
  try {
    const reason = await removeUnused(docker, name);
    if (reason === undefined) result.removed.push(name);
    else result.kept.push({ name, reason });
  } catch (error) {
    throw new Error(`cannot remove the image ${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** Undefined when it is gone, or else why it stays. */
async function removeUnused(docker: Docker, name: string): Promise<string | undefined> {
  try {
    await docker.getImage(name).remove();
    return undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    if (statusOf(error) === 409) return messageOf(error);
    throw error;
  }
}
