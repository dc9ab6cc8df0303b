import type Docker from "dockerode";

import type { PrunedImage } from "../../results";
import { prunable } from "../../images/prunable";
import type { ImagesAdapter } from "../types";
import { dockerClient, dockerError, isNotFound, ownerOf } from "./client";
import { keep, pinsOf } from "./pins";
import { pullImages } from "./pull";

/** The images of the daemon that the environment names. It never forces: what a container uses, Docker does not let go. */
export const images = {
  async missing({ env }, wanted) {
    const docker = dockerClient(env);
    const entries = Object.entries(wanted);
    const present = await Promise.all(entries.map(([, { digest }]) => hasImage(docker, digest)));
    return entries.filter((_, i) => present[i] === false).map(([service]) => service);
  },

  pull: pullImages,

  keep,

  async prunable({ env, project, shortStack }, { registry, keep, releases, intended, state }) {
    const docker = dockerClient(env);
    const of = { project: project.name, stack: shortStack, owner: ownerOf(state) };
    const [all, containers, pins] = await Promise.all([
      docker.listImages(),
      docker.listContainers({ all: true }),
      pinsOf(docker, of),
    ]).catch((error: unknown) => {
      throw dockerError(error, "listing images");
    });
    return prunable({
      project: project.name,
      stack: shortStack,
      ...{ registry, keep, releases },
      promised: Object.values(intended.services ?? {}).map((each) => each.digest),
      images: all.map(({ Id: id, RepoTags: tags, Size: size }) => ({
        id,
        tags: (tags ?? []).filter((tag) => !tag.startsWith("<none>")),
        size,
      })),
      inUse: containers
        .filter(({ Id }) => !pins.some(({ container }) => container === Id))
        .map(({ ImageID }) => ImageID),
    });
  },

  remove: ({ env }, image) => remove(dockerClient(env), image),
} satisfies ImagesAdapter;

async function hasImage(docker: Docker, id: string): Promise<boolean> {
  try {
    await docker.getImage(id).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw dockerError(error, `looking for image ${id}`);
  }
}

/** Takes an image's names, the last of which takes the image with its unnamed layers. Why not, where Docker refuses. */
async function remove(docker: Docker, { digest, tags }: PrunedImage): Promise<string | undefined> {
  try {
    const { RepoDigests: digests } = await docker.getImage(digest).inspect();
    for (const name of [...tags, ...digests, digest]) {
      await docker
        .getImage(name)
        .remove()
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if ((error as { statusCode?: number }).statusCode === 409) {
      return error instanceof Error ? error.message : String(error);
    }
    throw dockerError(error, `removing image ${digest}`);
  }
}
