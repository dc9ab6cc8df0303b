import type { Platform } from "../platform";
import type { DockerContext } from "./context";
import { environment } from "./environment";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { service } from "./service";
import { task } from "./task";

/** One Docker engine: the one that DOCKER_HOST names. */
export const docker = {
  environment,
  admission: (context) => context.ports,
  service,
  postgres,
  redis,
  task,
} satisfies Platform<DockerContext>;
