import type Docker from "dockerode";

import { dockerClient, dockerError, isNotFound, ownerOf } from "../docker";
import { RefusedError } from "../errors";
import { imagesOf, pinsOf, syncPins } from "../images/pins";
import type { PinOwner } from "../images/pins";
import { keepCount, keptReleases, prunable } from "../images/prunable";
import { readIntended } from "../intended";
import type { PruneArgs } from "../operations";
import type { PrunedImage, PruneResult } from "../results";
import { waitForLock } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";

/**
 * Removes the stack's images that nothing needs any more. It holds the stack's lock meanwhile, so that no update has
 * built what is not in a container yet; and it never forces: what a container uses, Docker itself does not let go. Its
 * own pins of what goes it lets go first.
 */
export async function prune(session: Session, args: PruneArgs): Promise<PruneResult> {
  const { context, locks } = session;
  const docker = dockerClient(session.env);
  const wait = args.wait ?? 0;
  if (args.dryRun === true) {
    const { found } = await look(session, docker, args);
    return { ...found, kept: [], dryRun: true };
  }
  await waitForLock(session, context.clock.now() + wait * 1000, wait);
  const work = async (): Promise<PruneResult> => {
    const { found, of, wanted } = await look(session, docker, args);
    await syncPins(docker, of, wanted);
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

interface Look {
  found: Pick<PruneResult, "stack" | "images" | "keep">;
  of: PinOwner;
  /** Images of the releases that stay. */
  wanted: ReadonlySet<string>;
}

async function look(session: Session, docker: Docker, args: PruneArgs): Promise<Look> {
  const { project, stack, shortStack, store } = session;
  const { state, config } = await readStack(session, { create: false });
  const value = (key: string): string => config[`${project.name}:${key}`]?.value ?? "";
  const keep = args.keep ?? keepCount(project.name, config);
  const of = { project: project.name, stack: shortStack, owner: ownerOf(state) };
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
  const pins = new Set((await pinsOf(docker, of)).map(({ container }) => container));
  const prunableImages = prunable({
    ...{ project: project.name, stack: shortStack },
    registry: value("registry"),
    keep,
    releases,
    promised: Object.values(readIntended(state.outputs).services ?? {}).map((each) => each.digest),
    images: images.map(({ Id: id, RepoTags: tags, Size: size }) => ({
      id,
      tags: (tags ?? []).filter((tag) => !tag.startsWith("<none>")),
      size,
    })),
    inUse: containers.filter(({ Id }) => !pins.has(Id)).map(({ ImageID }) => ImageID),
  });
  const wanted = imagesOf(keptReleases(releases, keep));
  return { found: { stack, keep, images: prunableImages }, of, wanted };
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
