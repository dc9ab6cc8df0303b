import type { DockerEnvironmentArgs } from "../environment";
import type { Platform } from "../platform";
import { alarms } from "./alarms";
import { backups } from "./backups";
import type { DockerContext } from "./context";
import { environment } from "./environment";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { service } from "./service";
import { settings } from "./settings";
import { task } from "./task";

/** One Docker engine: the one that DOCKER_HOST names. */
export const docker = {
  settings,
  environment,
  admission: (context) => context.ports,
  publicPorts: (context) => context.publicPorts,
  service,
  postgres,
  redis,
  task,
  backups,
  alarms,
} satisfies Platform<DockerEnvironmentArgs, DockerContext>;
