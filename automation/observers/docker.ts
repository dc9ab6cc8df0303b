import type Docker from "dockerode";

import { dockerClient, dockerError, isNotFound, labels } from "../docker";
import type { ContainerObservation } from "../results";
import { compareService } from "../verdict";
import type { Observer, ObserverOptions } from "./index";

/** Looks at services through the Docker daemon that the environment names. */
export function dockerObserver({ env }: ObserverOptions): Observer {
  const docker = dockerClient(env);
  return {
    observe: (services) =>
      Promise.all(
        Object.entries(services).map(async ([name, service]) => {
          const containers = service.containers.map((container) =>
            observeContainer(docker, container),
          );
          return compareService(name, service, await Promise.all(containers));
        }),
      ),
    missingImages: async (images) => {
      const entries = Object.entries(images);
      const present = await Promise.all(entries.map(([, { digest }]) => hasImage(docker, digest)));
      return entries.filter((_, i) => present[i] === false).map(([service]) => service);
    },
  };
}

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

async function hasImage(docker: Docker, id: string): Promise<boolean> {
  try {
    await docker.getImage(id).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw dockerError(error, `looking for image ${id}`);
  }
}

function healthOf(status: string | undefined): ContainerObservation["health"] {
  return status === "healthy" || status === "unhealthy" || status === "starting"
    ? status
    : undefined;
}
