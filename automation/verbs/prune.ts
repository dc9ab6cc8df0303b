import { RefusedError } from "../errors";
import { keepCount, keptReleases } from "../images/prunable";
import { readIntended } from "../intended";
import type { PruneArgs } from "../operations";
import { platformOf } from "../platforms";
import type { ImagesAdapter } from "../platforms";
import type { PrunedImage, PruneResult } from "../results";
import { waitForLock } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";

/**
 * Removes the stack's images that nothing needs any more. It holds the stack's lock meanwhile, so that no update has
 * built what is not in a container yet; and it never forces: what is in use, the platform itself does not let go. What
 * Landfall itself has kept of what goes it lets go first.
 */
export async function prune(session: Session, args: PruneArgs): Promise<PruneResult> {
  const { context, locks } = session;
  const wait = args.wait ?? 0;
  if (args.dryRun === true) {
    const { found } = await look(session, args);
    return { ...found, kept: [], dryRun: true };
  }
  await waitForLock(session, context.clock.now() + wait * 1000, wait);
  const work = async (): Promise<PruneResult> => {
    const { found, platform, letGo } = await look(session, args);
    await letGo();
    const kept: PruneResult["kept"] = [];
    const images: PrunedImage[] = [];
    for (const image of found.images) {
      context.check();
      const reason = await platform.remove(session, image);
      if (reason === undefined) images.push(image);
      else kept.push({ digest: image.digest, reason });
    }
    return { ...found, images, kept, dryRun: false };
  };
  return locks === undefined ? work() : locks.hold(work);
}

interface Look {
  found: Pick<PruneResult, "stack" | "images" | "keep">;
  platform: ImagesAdapter;
  /** Keeps nothing any more but the images of the releases that stay. */
  letGo: () => Promise<void>;
}

async function look(session: Session, args: PruneArgs): Promise<Look> {
  const { project, stack, store } = session;
  const { state, config } = await readStack(session, { create: false });
  const value = (key: string): string => config[`${project.name}:${key}`]?.value ?? "";
  const keep = args.keep ?? keepCount(project.name, config);
  const releases = await store.list();
  const running = releases.find((release) => release.state === "running");
  if (running !== undefined && args.dryRun !== true) {
    throw new RefusedError(
      `release ${running.number} is on its way: what it needs is not known yet`,
      { fix: "Wait until it has ended, or run `landfall verify` if its process is gone." },
    );
  }
  const deployed = { state, intended: readIntended(state.outputs) };
  const { images: platform } = await platformOf(deployed);
  const images = await platform.prunable(session, {
    ...deployed,
    ...{ registry: value("registry"), keep, releases },
  });
  const letGo = async (): Promise<void> =>
    platform.keep?.(session, deployed, keptReleases(releases, keep));
  return { found: { stack, keep, images }, platform, letGo };
}
