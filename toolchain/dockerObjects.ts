import type Docker from "dockerode";
import { messageOf } from "./files";

/** What the removal needs of a Docker client. */
export type ObjectStore = Pick<
  Docker,
  | "listContainers"
  | "getContainer"
  | "listNetworks"
  | "getNetwork"
  | "listVolumes"
  | "getVolume"
  | "listImages"
  | "getImage"
>;

/**
 * Removes what is left of a stack's Docker objects: containers, networks and volumes that carry its labels, and the
 * images that were built for it. Objects of other stacks stay.
 *
 * @returns What could not be removed, and why.
 */
export async function removeOwned(
  docker: ObjectStore,
  owner: { project: string; stack: string },
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const kept: string[] = [];
  const attempt = async (what: string, remove: () => Promise<unknown>): Promise<void> => {
    signal?.throwIfAborted();
    report(what);
    try {
      await remove();
    } catch (error) {
      kept.push(`${what}: ${messageOf(error)}`);
    }
  };
  const filters = {
    label: [`landfall.project=${owner.project}`, `landfall.stack=${owner.stack}`],
  };
  for (const { Id, Names } of await docker.listContainers({ all: true, filters })) {
    const remove = (): Promise<unknown> => docker.getContainer(Id).remove({ force: true });
    await attempt(`container ${Names[0]?.replace(/^\//, "") ?? Id}`, remove);
  }
  for (const { Id, Name } of await docker.listNetworks({ filters })) {
    await attempt(`network ${Name}`, () => docker.getNetwork(Id).remove());
  }
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) {
    await attempt(`volume ${Name}`, () => docker.getVolume(Name).remove());
  }
  const repository = `${owner.project}-${owner.stack}/`;
  for (const { RepoTags: tags } of await docker.listImages()) {
    for (const tag of (tags ?? []).filter((name) => name.startsWith(repository))) {
      await attempt(`image ${tag}`, () => docker.getImage(tag).remove());
    }
  }
  return kept;
}
