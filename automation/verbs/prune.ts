import { RefusedError } from "../errors";
import { readIntended } from "../intended";
import type { PruneArgs } from "../operations";
import { platformOf } from "../platforms";
import type { ImagesAdapter } from "../platforms";
import type { PrunedImage, PruneResult } from "../results";
import { waitForLock } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** How many good releases keep their images where config does not say. */
const defaultKeep = 10;

/**
 * Removes the stack's images that nothing needs any more. It holds the stack's lock meanwhile, so that no update has
 * built what is not in a container yet; and it never forces: what is in use, the platform itself does not let go.
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
    const { found, platform } = await look(session, args);
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

async function look(
  session: Session,
  args: PruneArgs,
): Promise<{ found: Pick<PruneResult, "stack" | "images" | "keep">; platform: ImagesAdapter }> {
  const { project, stack, store } = session;
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
  const deployed = { state, intended: readIntended(state.outputs) };
  const { images: platform } = await platformOf(deployed);
  const images = await platform.prunable(session, {
    ...deployed,
    ...{ registry: value("registry"), keep, releases },
  });
  return { found: { stack, keep, images }, platform };
}
