import { platformOf } from "./platforms";
import type { Deployed, PlatformSession } from "./platforms";
import type { ReleaseRecord } from "./release";

/** The config key by which the components are told; components/sdkConfig.ts reads it. */
const pinsKey = "landfall-sdk:pins";

/**
 * Pins a release's images by their ids: a tag may have moved since, and a build may give another image. The reference
 * goes along, since a revision is known by it: containers that run it already stay as they are.
 */
export function pinsOf({
  project,
  images,
  builds = {},
}: Pick<ReleaseRecord, "project" | "images" | "builds">): Record<string, string | object> {
  const named = Object.entries(images).map(
    ([service, { image: reference, digest: id, name, repoDigest }]) =>
      [
        name ?? builds[service]?.image ?? service,
        { reference, id, ...(repoDigest === undefined ? {} : { repoDigest }) },
      ] as const,
  );
  if (named.length === 0) return {};
  return {
    [pinsKey]: JSON.stringify(Object.fromEntries(named)),
    // For programs that are not made of components: they read the key themselves.
    [`${project}:images`]: Object.fromEntries(named.map(([name, { id }]) => [name, id])),
  };
}

/**
 * Has a release of the same stack run as the platform has it registered, where it still has. Nothing depends on it: what
 * cannot be asked for is registered anew.
 */
export async function taskPins(
  session: Pick<PlatformSession, "env">,
  deployed: Deployed,
  { images }: Pick<ReleaseRecord, "images">,
): Promise<Record<string, string>> {
  const { images: platform } = await platformOf(deployed);
  return (await platform.taskPins?.(session, deployed, images).catch(() => ({}))) ?? {};
}
