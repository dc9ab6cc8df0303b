import type Docker from "dockerode";

import { dockerClient, dockerError, isNotFound } from "../docker";
import { RefusedError } from "../errors";
import { prunable } from "../images/prunable";
import { readIntended } from "../intended";
import type { PruneArgs } from "../operations";
import type { PrunedImage, PruneResult } from "../results";
import { waitForLock } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** How many good releases keep their images where config does not say. */
const defaultKeep = 10;

/**
 * Removes the stack's images that nothing needs any more. It holds the stack's lock meanwhile, so that no update has
 * built what is not in a container yet; and it never forces: what a container uses, Docker itself does not let go.
 */
export async function prune(session: Session, args: PruneArgs): Promise<PruneResult> {
  const { context, locks } = session;
  const docker = dockerClient(session.env);
  const wait = args.wait ?? 0;
  if (args.dryRun === true) {
    return { ...(await look(session, docker, args)), kept: [], dryRun: true };
  }
  await waitForLock(session, context.clock.now() + wait * 1000, wait);
  const work = async (): Promise<PruneResult> => {
    const found = await look(session, docker, args);
    const kept: PruneResult["kept"] = [];
    const images: PrunedImage[] = [];
    for (const image of found.images) {
      context.check();
      const reason = await remove(docker, image);
      if (reason === undefined) images.push(image);
      else kept.push({ digest: image.digest, reason });
    }
    return { ...found, images, kept, dryRun: false };
  };
  return locks === undefined ? work() : locks.hold(work);
}

async function look(
  session: Session,
  docker: Docker,
  args: PruneArgs,
): Promise<Pick<PruneResult, "stack" | "images" | "keep">> {
  const { project, stack, shortStack, store } = session;
  const { state, config } = await readStack(session, { create: false });
  const value = (key: string): string => config[`${project.name}:${key}`]?.value ?? "";
  const keep = args.keep ?? (Number(value("keepReleases")) || defaultKeep);
  const releases = await store.list();
  const running = releases.find((release) => release.state === "running");
  if (running !== undefined && args.dryRun !== true) {
    throw new RefusedError(
      `release ${running.number} is on its way: what it needs is not known yet`,
      { fix: "Wait until it has ended, or run `landfall verify` if its process is gone." },
    );
  }
  const [images, containers] = await Promise.all([
    docker.listImages(),
    docker.listContainers({ all: true }),
  ]).catch((error: unknown) => {
    throw dockerError(error, "listing images");
  });
  const found = prunable({
    project: project.name,
    stack: shortStack,
    registry: value("registry"),
    keep,
    releases,
    promised: Object.values(readIntended(state.outputs).services ?? {}).map((each) => each.digest),
    images: images.map(({ Id: id, RepoTags: tags, Size: size }) => ({
      id,
      tags: (tags ?? []).filter((tag) => !tag.startsWith("<none>")),
      size,
    })),
    inUse: containers.map(({ ImageID }) => ImageID),
  });
  return { stack, keep, images: found };
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
