import type Docker from "dockerode";

import type { StackState } from "../../engine/state";
import { LandfallError } from "../../errors";
import type { RecoveryAction } from "../../results";
import type { LeftoversAdapter, PlatformSession } from "../types";
import { belongsTo, dockerClient, isNotFound, labels, ownerOf, stackFilter } from "./client";

/** Docker objects are found by their labels. */
export const leftovers = {
  mendable: [/^docker:/, /^pulumi-nodejs:dynamic\/landfall:/],
  removeUnrecorded,
  ownerOf,
} satisfies LeftoversAdapter;

/** Removes containers and networks of this deployment that its state does not know, one-off tasks aside. */
async function removeUnrecorded(
  session: PlatformSession,
  state: StackState,
  owner: string,
): Promise<RecoveryAction[]> {
  const docker = dockerClient(session.env);
  const known = new Set(state.resources.map(({ id }) => id));
  const unrecorded = (id: string, own: Record<string, string> | undefined): boolean =>
    !known.has(id) && belongsTo(owner, own);
  const found = await unrecordedContainers(docker, session, unrecorded);
  const actions: RecoveryAction[] = [];
  for (const { Id: id, Names: names } of found) {
    await removeContainer(docker, id);
    const subject = names[0]?.replace(/^\//, "") ?? id.slice(0, 12);
    const detail = "it was made by an update that ended before it could record it";
    actions.push({ action: "container-removed", subject, detail });
  }
  return [...actions, ...(await removeUnrecordedNetworks(docker, session, unrecorded))];
}

type Unrecorded = (id: string, labels: Record<string, string> | undefined) => boolean;

/** A network that was made but not recorded holds its subnet, so that the next one could not be made. */
async function removeUnrecordedNetworks(
  docker: Docker,
  { project, shortStack }: PlatformSession,
  unrecorded: Unrecorded,
): Promise<RecoveryAction[]> {
  const networks = await docker.listNetworks({ filters: stackFilter(project.name, shortStack) });
  const actions: RecoveryAction[] = [];
  for (const { Id: id, Name: subject } of networks.filter(({ Id, Labels }) =>
    unrecorded(Id, Labels),
  )) {
    await docker.getNetwork(id).remove();
    const detail = "it was made by an update that ended before it could record it";
    actions.push({ action: "network-removed", subject, detail });
  }
  return actions;
}

async function unrecordedContainers(
  docker: Docker,
  { project, shortStack }: PlatformSession,
  unrecorded: Unrecorded,
): Promise<Docker.ContainerInfo[]> {
  const filters = stackFilter(project.name, shortStack);
  try {
    const all = await docker.listContainers({ all: true, filters });
    return all.filter(
      ({ Id: id, Labels: own }) => unrecorded(id, own) && own[labels.role] !== "task",
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new LandfallError(
      "docker_unreachable",
      `looking for what a killed update left: ${message}`,
      {
        cause: error,
      },
    );
  }
}

async function removeContainer(docker: Docker, id: string): Promise<void> {
  try {
    await docker.getContainer(id).remove({ force: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
