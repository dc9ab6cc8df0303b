import type Docker from "dockerode";

import { belongsTo, labels, stackFilter } from "./client";
import type { ServiceStatusReport } from "../../results";
import type { PlatformSession } from "../types";

/** A container of a stack. */
export interface Found {
  name: string;
  service: string;
  role: ServiceStatusReport["role"];
  running: boolean;
}

/** All containers of a stack that are this deployment's, tasks left out. */
export async function containersOf(
  docker: Docker,
  { project, shortStack }: PlatformSession,
  owner: string,
): Promise<Found[]> {
  const filters = stackFilter(project.name, shortStack);
  const all = await docker.listContainers({ all: true, filters });
  return all
    .filter(({ Labels: own }) => belongsTo(owner, own))
    .map(({ Names: names, Labels: own, State: state }) => {
      const name = names[0]?.replace(/^\//, "") ?? "";
      const role = roleOf(own[labels.role]);
      const service = own[labels.service] ?? (role === "service" ? name : role);
      return { name, role, service, running: state === "running" };
    })
    .filter(({ role }) => role !== "task")
    .sort((a, b) => a.name.localeCompare(b.name));
}

const roles: readonly string[] = ["service", "router", "postgres", "redis", "task"];

function roleOf(label: string | undefined): ServiceStatusReport["role"] {
  return label !== undefined && roles.includes(label)
    ? (label as ServiceStatusReport["role"])
    : "service";
}
