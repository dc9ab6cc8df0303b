import type { HostConfig } from "dockerode";
import type { CallContext, PropertyMap } from "../../host";
import { flag, number } from "../bridge/read";
import { same } from "../bridge/same";
import type { Daemon } from "../client/daemon";
import { container as schema } from "../schema/container";
import { inspected } from "./inspected";
import { cpuQuota, limits, restartPolicy } from "./request";

const mebibyte = 1024 * 1024;

const updatable = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "memory",
  "memoryReservation",
  "cpuSet",
  "memorySwap",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
  "cpuPeriod",
  "cpuQuota",
] as const;

/** Recorded by the official provider without an effect on a container that exists. */
const fixed = ["healthcheck", "init", "rm", "tmpfs"] as const;

/** Changes a container in place, and starts one that should run and does not. */
export async function updateContainer(
  daemon: Daemon,
  context: CallContext,
  id: string,
  old: PropertyMap,
  next: PropertyMap,
): Promise<PropertyMap> {
  const changed = (key: string): boolean => {
    const property = schema.properties[key];
    return property !== undefined && !same(property, old[key], next[key]);
  };
  if (updatable.some(changed))
    await daemon.ask("update the container", (docker) =>
      docker.getContainer(id).update({ ...updateRequest(next), abortSignal: context.signal }),
    );
  for (const key of fixed.filter(changed))
    context.log.warning(
      `Docker cannot change ${key} of a container that exists: it takes effect when the container is replaced`,
    );
  const starts = old.mustRun === false && next.mustRun === true && flag(next, "start");
  if (!starts) return next;
  return daemon.ask("start the container", async (docker) => {
    const container = docker.getContainer(id);
    await container.start({ abortSignal: context.signal });
    return inspected(await container.inspect(), next);
  });
}

function updateRequest(next: PropertyMap): HostConfig {
  const memory = number(next, "memory") ?? 0;
  const swap = number(next, "memorySwap") ?? 0;
  return {
    ...limits(next),
    ...cpuQuota(next),
    // The daemon set twice the memory at creation, and refuses a memory limit above the swap limit.
    ...(memory > 0 && swap === 0 ? { MemorySwap: 2 * memory * mebibyte } : {}),
    RestartPolicy: restartPolicy(next),
  };
}
