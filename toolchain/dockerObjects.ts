import type Docker from "dockerode";
import { messageOf } from "./files";

const OWNED = "landfall.project";
const BASE = "landfall.base";
/** Project name of Pulumi.yaml, which the labels of dev's objects carry. */
const PROJECT = "landfall";

/**
 * Removes what is left of this project's Docker objects: containers, networks, volumes and images that carry its label,
 * and the base images that set-up has built. What cannot be removed is reported and left.
 */
export async function removeOwned(
  report: (line: string) => void,
  signal: AbortSignal,
  connect: () => Promise<Docker> = connectDocker,
): Promise<void> {
  const docker = await connect();
  const label = { label: [`${OWNED}=${PROJECT}`] };
  const attempt = async (what: string, remove: () => Promise<unknown>): Promise<void> => {
    signal.throwIfAborted();
    report(what);
    try {
      await remove();
    } catch (error) {
      report(`${what} stays: ${messageOf(error)}`);
    }
  };
  for (const { Id, Names } of await docker.listContainers({ all: true, filters: label })) {
    await attempt(`container ${Names[0] ?? Id}`, () =>
      docker.getContainer(Id).remove({ force: true }),
    );
  }
  for (const { Id, Name } of await docker.listNetworks({ filters: label })) {
    await attempt(`network ${Name}`, () => docker.getNetwork(Id).remove());
  }
  for (const { Name } of (await docker.listVolumes({ filters: label })).Volumes) {
    await attempt(`volume ${Name}`, () => docker.getVolume(Name).remove());
  }
  for (const filter of [`${OWNED}=${PROJECT}`, BASE]) {
    for (const { Id } of await docker.listImages({ filters: { label: [filter] } })) {
      await attempt(`image ${Id}`, () => docker.getImage(Id).remove({ force: true }));
    }
  }
}

async function connectDocker(): Promise<Docker> {
  const { default: Client } = await import("dockerode");
  return new Client({ timeout: 120_000 });
}
