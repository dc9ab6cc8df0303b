import type Docker from "dockerode";

import type { ContainerObservation } from "../../results";
import { compareService } from "../../verdict";
import type { ObserveAdapter } from "../types";
import { dockerClient, dockerError, isNotFound, labels } from "./client";

/** Looks at services through the Docker daemon that the environment names. */
export const observe = {
  betweenMs: 500,

  observe({ env }, services) {
    const docker = dockerClient(env);
    return Promise.all(
      Object.entries(services).map(async ([name, service]) => {
        const containers = service.containers.map((container) =>
          observeContainer(docker, container),
        );
        return compareService(name, service, await Promise.all(containers));
      }),
    );
  },
} satisfies ObserveAdapter;

/** One container as it is now; `missing` where there is none of that name. */
export async function observeContainer(
  docker: Docker,
  name: string,
): Promise<ContainerObservation> {
  try {
    const {
      State: state,
      Image: digest,
      Config: config,
      RestartCount: restarts,
    } = await docker.getContainer(name).inspect();
    const health = healthOf(state.Health?.Status);
    const revision = config.Labels[labels.revision];
    return {
      name,
      state: state.Status,
      digest,
      startedAt: state.StartedAt,
      restarts,
      ...(health === undefined ? {} : { health }),
      ...(revision === undefined ? {} : { revision }),
    };
  } catch (error) {
    if (isNotFound(error)) return { name, state: "missing" };
    throw dockerError(error, `looking at container ${name}`);
  }
}

function healthOf(status: string | undefined): ContainerObservation["health"] {
  return status === "healthy" || status === "unhealthy" || status === "starting"
    ? status
    : undefined;
}
