import { RefusedError } from "../errors";
import { namedPlatform } from "../platforms";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";
import type { RegistryLogin } from "./login";

export interface Wanted {
  session: Session;
  release: Pick<ReleaseRecord, "number" | "images">;
  platform: string | undefined;
  login: RegistryLogin | undefined;
  /** What cannot be done with it, for the error. */
  doing: string;
  /** Only look: pull nothing. */
  dryRun: boolean;
}

/**
 * Makes sure that the platform has a release's images: those that it lacks are pulled by digest, where a registry has them.
 * @throws RefusedError `image_gone`; LandfallError `registry` when a pull fails
 */
export async function ensureImages({
  session,
  release: { number, images },
  platform,
  login,
  doing,
  dryRun,
}: Wanted): Promise<void> {
  const found = await namedPlatform(platform);
  if (found === undefined || Object.keys(images).length === 0) return;
  const missing = (await found.images.missing(session, images)).flatMap((path) => {
    const image = images[path];
    return image === undefined ? [] : [{ path, ...image }];
  });
  const { pull } = found.images;
  const gone = missing.filter(({ repoDigest }) => pull === undefined || repoDigest === undefined);
  if (gone.length > 0) {
    const problems = gone.map(({ path, image, digest }) => ({
      path,
      message: `image ${image} (${digest}) is not there any more, and no registry has it`,
    }));
    const lines = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    throw new RefusedError(`release ${number} cannot be ${doing}: ${lines}`, {
      code: "image_gone",
      problems,
    });
  }
  if (dryRun || missing.length === 0 || pull === undefined) return;
  const pulls = missing.map(({ digest, repoDigest = "" }) => [repoDigest, digest] as const);
  await session.context.phase("pull", () => pull(session, new Map(pulls), login));
}
