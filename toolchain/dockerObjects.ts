import type Docker from "dockerode";
import { ownerIn, PIN_LABELS } from "../components/docker/dynamic/ownerLabel";
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

type Labels = Readonly<Record<string, string>> | null | undefined;

/** A stack, and the deployment of it whose objects are meant. */
export interface OwnedStack {
  project: string;
  stack: string;
  /** What its state says; undefined where that knows of none: then everything labelled is another's. */
  owner: string | undefined;
}

/**
 * Removes what is left of a stack's Docker objects: containers, networks and volumes that carry its labels, and the
 * images that were built for it. Objects of other stacks stay, and those of another deployment of the same name.
 *
 * @returns What could not be removed, and why.
 */
export async function removeOwned(
  docker: ObjectStore,
  of: OwnedStack,
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
    label: [`landfall.project=${of.project}`, `landfall.stack=${of.stack}`],
  };
  const isOwn = (what: string, labels: Labels): boolean => {
    if (ownerIn(labels) === of.owner) return true;
    kept.push(`${what}: it belongs to another deployment (owner ${ownerIn(labels)})`);
    return false;
  };
  const pins = {
    label: [`${PIN_LABELS.project}=${of.project}`, `${PIN_LABELS.stack}=${of.stack}`],
  };
  const containers = [
    ...(await docker.listContainers({ all: true, filters })),
    ...(await docker.listContainers({ all: true, filters: pins })),
  ];
  for (const { Id, Names, Labels } of containers) {
    const what = `container ${Names[0]?.replace(/^\//, "") ?? Id}`;
    const remove = (): Promise<unknown> => docker.getContainer(Id).remove({ force: true });
    if (isOwn(what, Labels)) await attempt(what, remove);
  }
  for (const { Id, Name, Labels } of await docker.listNetworks({ filters })) {
    const what = `network ${Name}`;
    if (isOwn(what, Labels)) await attempt(what, () => docker.getNetwork(Id).remove());
  }
  for (const { Name, Labels } of (await docker.listVolumes({ filters })).Volumes) {
    const what = `volume ${Name}`;
    if (isOwn(what, Labels)) await attempt(what, () => docker.getVolume(Name).remove());
  }
  // Another deployment's containers run its images: what is used cannot be removed, and stays.
  const repository = `${of.project}-${of.stack}/`;
  for (const { RepoTags: tags } of await docker.listImages()) {
    for (const tag of (tags ?? []).filter((name) => name.startsWith(repository))) {
      await attempt(`image ${tag}`, () => docker.getImage(tag).remove());
    }
  }
  return kept;
}
