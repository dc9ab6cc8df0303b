import type Docker from "dockerode";
import { z } from "zod";

import { backendOf } from "../../../components/docker/dynamic/router/part";
import type { AlarmThresholds } from "../../../components/specs";
import type { AlarmsStatus, DockerMetric } from "../../../components/status";
import type { AlarmStatus, StatusResult } from "../../results";
import type { StackState } from "../../engine/state";
import { answerTimes, p95Of } from "./answerTimes";
import type { AnswerTimes } from "./answerTimes";
import type { Found } from "./containers";
import { connectionsOf } from "./readOnly";
import { freeStorageOf } from "./storage";
import { askRouter } from "./upstreams";

const metrics = [
  ...["cpu", "memory", "connections", "errors"],
  ...["p95", "storage"],
] as const satisfies DockerMetric[];

/** The stack's output `alarms`, as far as it is looked at here. */
const output = z.object({
  thresholds: z.object({
    ...{ cpuPercent: z.number(), memoryPercent: z.number() },
    ...{ connections: z.number(), errorRate: z.number() },
    ...{ p95Ms: z.number(), freeStorageMb: z.number() },
  }),
  watched: z.array(
    z.object({ component: z.string(), what: z.string(), metric: z.enum(metrics).optional() }),
  ),
});

type Thresholds = Omit<AlarmThresholds, "queueAgeSeconds">;
/** What a look at a stack is bound to: what time it is, and what ends it. */
export interface Looking {
  readonly now: number;
  readonly signal: AbortSignal;
}
type Watched = Pick<AlarmsStatus["watched"][number], "component" | "what"> & {
  metric: DockerMetric;
};

/**
 * What of a stack is beyond the thresholds of its `Alarms` at this moment; undefined where it has none. Nothing on Docker
 * looks in between: what was beyond them and is not any more is not told.
 */
export async function raisedAlarms(
  docker: Docker,
  { outputs }: Pick<StackState, "outputs">,
  found: readonly Found[],
  looking: Looking,
): Promise<StatusResult["alarms"]> {
  const { data } = output.safeParse(outputs.alarms?.value);
  if (data === undefined) return undefined;
  const watched = data.watched.flatMap(({ metric, ...rest }): Watched[] =>
    metric === undefined ? [] : [{ ...rest, metric }],
  );
  if (watched.length === 0) return undefined;
  const looks = looksAt(docker, found, looking);
  const raised = await Promise.all(
    watched.map(async ({ component, what, metric }): Promise<AlarmStatus[]> => {
      const name = `${component}: ${what}`;
      try {
        const reason = beyond(await looks[metric](component), metric, data.thresholds);
        return reason === undefined ? [] : [{ name, state: "alarm", reason }];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return [{ name, state: "unknown", reason }];
      }
    }),
  );
  return { total: watched.length, raised: raised.flat() };
}

/** The worst of a component's containers; undefined where there is nothing to look at, which its state tells. */
type Look = (component: string) => Promise<number | undefined>;

function looksAt(
  docker: Docker,
  found: readonly Found[],
  looking: Looking,
): Record<DockerMetric, Look> {
  const router = found.find(({ role }) => role === "router")?.name;
  const usages = new Map<string, Promise<Usage>>();
  const usageOf = (name: string): Promise<Usage> => {
    const known = usages.get(name) ?? use(docker, name);
    usages.set(name, known);
    return known;
  };
  const worst = async (component: string, of: (usage: Usage) => number | undefined) => {
    const own = found.filter(({ service, running }) => service === component && running);
    const all = await Promise.all(own.map(async ({ name }) => of(await usageOf(name))));
    const known = all.filter((each) => each !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const serverOf = (component: string): string | undefined =>
    found.find(({ service, running }) => service === component && running)?.name;
  let answers: Promise<string> | undefined;
  let times: Promise<AnswerTimes> | undefined;
  return {
    cpu: (component) => worst(component, ({ cpuPercent }) => cpuPercent),
    memory: (component) => worst(component, ({ memoryPercent }) => memoryPercent),
    connections: async (component) => {
      const server = serverOf(component);
      return server === undefined ? undefined : connectionsOf(docker, server);
    },
    storage: async (component) => {
      const server = serverOf(component);
      return server === undefined ? undefined : freeStorageOf(docker, server);
    },
    p95: async (component) => {
      if (router === undefined) return undefined;
      times ??= answerTimes(docker, router, looking);
      return p95Of(await times, component);
    },
    errors: async (component) => {
      if (router === undefined) return undefined;
      answers ??= askRouter(docker, router, "show stat -1 2 -1");
      return shareOfErrors(await answers, backendOf(component));
    },
  };
}

function beyond(
  value: number | undefined,
  metric: DockerMetric,
  thresholds: Thresholds,
): string | undefined {
  if (value === undefined) return undefined;
  const share = `${(value * 100).toFixed(1)} % of the answers since the router has started`;
  const rounded = Math.round(value);
  const [limit, words] = {
    cpu: [thresholds.cpuPercent, `${value.toFixed(0)} % of what it may use`],
    memory: [thresholds.memoryPercent, `${value.toFixed(0)} % of what it may use`],
    connections: [thresholds.connections, `${value} connections`],
    errors: [thresholds.errorRate, share],
    p95: [thresholds.p95Ms, `95 of 100 answers of the last 5 minutes within ${rounded} ms`],
    storage: [thresholds.freeStorageMb, `${rounded} MB are left`],
  }[metric] as [number, string];
  const isBeyond = metric === "storage" ? value < limit : value > limit;
  return isBeyond ? words : undefined;
}

interface Usage {
  cpuPercent: number | undefined;
  memoryPercent: number | undefined;
}

/** Over about a second: the daemon looks twice. Percent of the container's limits, of the host's where it has none. */
async function use(docker: Docker, name: string): Promise<Usage> {
  const container = docker.getContainer(name);
  const [stats, { HostConfig: limits }] = await Promise.all([
    container.stats({ stream: false }),
    container.inspect(),
  ]);
  return usageFrom(stats, (limits.NanoCpus ?? 0) / 1e9);
}

/** @param cpus Limit of the container; 0 for none. */
export function usageFrom(
  { cpu_stats: now, precpu_stats: before, memory_stats }: Docker.ContainerStats,
  cpus: number,
): Usage {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  // Of all of the host's processors together.
  const passed = now.system_cpu_usage - before.system_cpu_usage;
  const ofHost = passed > 0 ? used / passed : undefined;
  const share = cpus > 0 && ofHost !== undefined ? (ofHost * now.online_cpus) / cpus : ofHost;
  // Of a container that has just ended there is none of it.
  const memory: Partial<Docker.ContainerStats["memory_stats"]> = memory_stats;
  const { usage = 0, limit = 0 } = memory;
  // What can be given back at once is no use: files that were read.
  const kept = usage - (memory.stats?.inactive_file ?? 0);
  return {
    cpuPercent: share === undefined ? undefined : share * 100,
    memoryPercent: limit > 0 ? (kept / limit) * 100 : undefined,
  };
}

/** Share of a backend's answers that are 5xx, from the router's table; undefined before the first answer. */
export function shareOfErrors(csv: string, backend: string): number | undefined {
  const [heading = "", ...lines] = csv.split("\n").filter((line) => line.includes(","));
  const names = heading.replace(/^# /, "").split(",");
  const own = lines.map((line) => line.split(",")).find(([name]) => name === backend);
  const count = (name: string): number => Number(own?.[names.indexOf(name)] ?? 0);
  const all = ["1xx", "2xx", "3xx", "4xx", "5xx"].reduce((sum, of) => sum + count(`hrsp_${of}`), 0);
  return all === 0 ? undefined : count("hrsp_5xx") / all;
}
