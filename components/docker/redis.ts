import type * as pulumi from "@pulumi/pulumi";
import type { RedisSpec, StoreDeployment } from "../platform";
import { environmentLines } from "./container";
import type { DockerContext } from "./context";
import { store } from "./store";

const CONFIG = "/landfall/redis.conf";

/** Redis on Docker. The password lies in a file: on the command line every process of the host could read it. */
export function redis(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: RedisSpec,
): StoreDeployment {
  return store(context, parent, {
    name: spec.name,
    role: "redis",
    image: spec.image ?? `redis:${spec.version}-bookworm`,
    port: 6379,
    dataPath: "/data",
    // Saving forks the process; what changes meanwhile exists twice.
    memoryMb: Math.max(32, Math.ceil(spec.maxMemoryMb * 1.25)),
    // A cache can be made again.
    deletionProtection: false,
    transform: spec.transform,
    readyCommand: ["sh", "-c", "redis-cli ping | grep -q PONG"],
    container: {
      command: ["redis-server", CONFIG],
      envs: environmentLines({ REDISCLI_AUTH: spec.password }),
      uploads: [
        {
          file: CONFIG,
          content: spec.password.apply((password) => redisConfig(spec, password)),
          permissions: "0444",
        },
      ],
      stopTimeout: 30,
    },
  });
}

function redisConfig(spec: RedisSpec, password: string): string {
  const saves = spec.savePoints.map(([seconds, changes]) => `save ${seconds} ${changes}`);
  return [
    "bind * -::*",
    "port 6379",
    "dir /data",
    `requirepass ${password}`,
    `maxmemory ${spec.maxMemoryMb}mb`,
    `maxmemory-policy ${spec.evictionPolicy}`,
    ...(saves.length > 0 ? saves : ['save ""']),
    "tcp-keepalive 300",
    "loglevel notice",
    "",
  ].join("\n");
}
