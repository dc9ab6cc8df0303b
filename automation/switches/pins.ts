import type { StackState } from "../engine/state";
import { pinsOf } from "../pins";
import { buildFacts } from "../rebuild/sources";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";

/**
 * Pins those images of a release that the working tree would give otherwise: a switch deploys nothing new. What has
 * not changed needs no pin, and stays a resource, so that the next `up` has nothing to build either.
 */
export function pinsForSwitch(
  { project }: Pick<Session, "project">,
  release: ReleaseRecord,
  { resources }: Pick<StackState, "resources">,
): Record<string, string | object> {
  const { builds = {}, images, kind } = release;
  const isReferenced = (service: string): boolean =>
    kind === "up" || resources.some(({ urn }) => urn.includes(`RemoteImage::${service}-image-`));
  const moved = Object.entries(images).filter(([service]) => {
    const build = builds[service];
    if (build === undefined) return !isReferenced(service);
    const { now } = buildFacts(project.dir, build);
    return "problem" in now || now.hash !== build.contextHash;
  });
  return pinsOf({ project: release.project, builds, images: Object.fromEntries(moved) });
}
