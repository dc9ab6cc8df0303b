import type { CallContext } from "../../host";
import type { Daemon } from "../client/daemon";
import { followProgress } from "./progress";

export interface LocalImage {
  readonly id: string;
  readonly repoDigests: readonly string[];
}

/** The image of the daemon's own store; `undefined` when it is not there. */
export async function localImage(
  daemon: Daemon,
  reference: string,
): Promise<LocalImage | undefined> {
  const info = await daemon.find(`look for the image ${reference}`, (docker) =>
    docker.getImage(reference).inspect(),
  );
  return info && { id: info.Id, repoDigests: info.RepoDigests };
}

/**
 * An image that is there, pulled when it was not.
 *
 * @throws when it can neither be found nor pulled, with what the registry said.
 */
export async function ensureImage(
  daemon: Daemon,
  context: CallContext,
  reference: string,
  platform?: string,
): Promise<LocalImage> {
  const found = await localImage(daemon, reference);
  if (found !== undefined) return found;
  await pullImage(daemon, context, reference, platform);
  const pulled = await localImage(daemon, reference);
  if (pulled === undefined)
    throw new Error(
      `Docker pulled ${reference}, but does not have an image of that name afterwards`,
    );
  return pulled;
}

async function pullImage(
  daemon: Daemon,
  context: CallContext,
  reference: string,
  platform: string | undefined,
): Promise<void> {
  context.log.status(`pulling ${reference}`);
  const auth = await daemon.authFor(reference);
  const what = `pull ${reference}, which it does not have`;
  await daemon.ask(what, async (docker) => {
    const stream = await docker.createImage(auth, {
      fromImage: withTag(reference),
      ...(platform === undefined ? {} : { platform }),
      abortSignal: context.signal,
    });
    await followProgress(stream, context);
  });
}

/** Without a tag the daemon would pull every one there is. */
function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  return name.includes(":") || name.includes("@") ? reference : `${reference}:latest`;
}
