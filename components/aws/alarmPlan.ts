import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmsSpec } from "../specs";
import type { ServiceStatus } from "../status";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import type { MetricQuery, MetricSource } from "./serviceMetrics";
import {
  errorQueries,
  internalSource,
  latencyQueries,
  missingQueries,
  targetGroupSource,
  unhealthyQueries,
} from "./serviceMetrics";

type Metric = Required<
  Pick<cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions" | "statistic">
>;

/** One alarm as a value. */
export interface AlarmPlan {
  /** What its name ends with: `api-high-cpu`. */
  readonly key: string;
  readonly component: string;
  readonly title: string;
  readonly threshold: number;
  /** Whether it is too little that is told of. */
  readonly below: boolean;
  /** What it means that nothing is measured. */
  readonly missing: "notBreaching" | "missing";
  readonly metric?: Metric;
  readonly queries?: pulumi.Output<MetricQuery<string>[]>;
}

/** Every alarm of what is watched. */
export function alarmPlans(context: AwsContext, spec: AlarmsSpec, period: number): AlarmPlan[] {
  return [
    ...spec.services.flatMap((service) => ofService(context, spec, service, period)),
    ...spec.databases.flatMap((database) => ofDatabase(spec, database)),
    ...spec.caches.flatMap((cache) => ofCache(spec, cache)),
    ...(spec.aws.queues ?? []).map((queue, index) => ofQueue(spec, queue, index)),
  ];
}

type Watched<K extends "services" | "databases" | "caches"> = AlarmsSpec[K][number];

function ofService(
  context: AwsContext,
  { thresholds }: AlarmsSpec,
  { name, status, isPublic }: Watched<"services">,
  period: number,
): AlarmPlan[] {
  const ecs = status.apply(ecsOf);
  const dimensions = {
    ClusterName: ecs.apply(({ cluster }) => cluster),
    ServiceName: ecs.apply(({ service }) => service),
  };
  const use = (key: string, metricName: string, threshold: number, title: string): AlarmPlan => ({
    ...plan(name, key, title, threshold),
    metric: { namespace: "AWS/ECS", metricName, dimensions, statistic: "Average" },
  });
  const sources = isPublic
    ? publicSources(context, ecs)
    : pulumi.output([internalSource(stackName(context, name))]);
  const answers = (
    key: string,
    title: string,
    threshold: number,
    queries: (from: readonly MetricSource<string>[]) => MetricQuery<string>[],
  ): AlarmPlan => ({
    ...plan(name, key, title, threshold),
    queries: sources.apply(queries),
  });
  const { cpuPercent, memoryPercent, errorRate, p95Ms } = thresholds;
  return [
    use("high-cpu", "CPUUtilization", cpuPercent, `CPU above ${cpuPercent} %`),
    use("high-memory", "MemoryUtilization", memoryPercent, `memory above ${memoryPercent} %`),
    answers("errors", `answers of 5xx above ${errorRate * 100} %`, errorRate, (from) =>
      errorQueries(from, period),
    ),
    answers("p95", `p95 above ${p95Ms} ms`, p95Ms / 1000, (from) =>
      latencyQueries(from, !isPublic, period),
    ),
    isPublic
      ? answers("unhealthy", "tasks that fail their health check", 0, (from) =>
          unhealthyQueries(from, period),
        )
      : {
          ...plan(name, "unhealthy", "tasks that are wanted and do not run", 0),
          queries: ecs.apply(({ cluster, service }) => missingQueries(cluster, service, period)),
        },
  ];
}

function ecsOf({ ecs }: ServiceStatus) {
  if (ecs === undefined) throw new Error("a service on AWS has no status of ECS");
  return ecs;
}

function publicSources(
  context: AwsContext,
  ecs: pulumi.Output<{ readonly targetGroups: readonly string[] }>,
): pulumi.Output<MetricSource<string>[]> {
  // The services have made it, and it needs nothing beside what they have asked for.
  const { loadBalancer } = context.edge({ subject: "Alarms", responseTimeoutMs: 1 });
  return pulumi.all([ecs, loadBalancer.arnSuffix]).apply(([{ targetGroups }, balancer]) =>
    // `…:targetgroup/name/id` is known by its last part.
    targetGroups.map((arn) => targetGroupSource(balancer, arn.split(":").at(-1) ?? arn)),
  );
}

function ofDatabase(
  { thresholds }: AlarmsSpec,
  { name, instance }: Watched<"databases">,
): AlarmPlan[] {
  if (instance === undefined) return [];
  const use = (key: string, metricName: string, title: string, threshold: number): AlarmPlan => ({
    ...plan(name, key, title, threshold),
    metric: {
      namespace: "AWS/RDS",
      metricName,
      dimensions: { DBInstanceIdentifier: instance },
      statistic: "Average",
    },
  });
  const { cpuPercent, connections, freeStorageMb } = thresholds;
  const storage = `less than ${freeStorageMb} MiB of disk left`;
  return [
    use("high-cpu", "CPUUtilization", `CPU above ${cpuPercent} %`, cpuPercent),
    use("connections", "DatabaseConnections", `more than ${connections} connections`, connections),
    { ...use("storage", "FreeStorageSpace", storage, freeStorageMb * 1024 * 1024), below: true },
  ];
}

function ofCache({ thresholds }: AlarmsSpec, { name, nodes }: Watched<"caches">): AlarmPlan[] {
  const { cpuPercent, memoryPercent } = thresholds;
  return nodes.flatMap((node, index) => {
    const use = (key: string, metricName: string, title: string, threshold: number): AlarmPlan => ({
      ...plan(name, `${key}-${index + 1}`, `${title} on ${node}`, threshold),
      metric: {
        namespace: "AWS/ElastiCache",
        metricName,
        dimensions: { CacheClusterId: node },
        statistic: "Average",
      },
    });
    const memory = "DatabaseMemoryUsagePercentage";
    return [
      // Redis works in one thread: what a node of two vCPUs shows for it is half of that.
      use("high-cpu", "EngineCPUUtilization", `CPU above ${cpuPercent} %`, cpuPercent),
      use("high-memory", memory, `memory above ${memoryPercent} %`, memoryPercent),
    ];
  });
}

function ofQueue(
  { name, thresholds }: AlarmsSpec,
  queue: pulumi.Input<string>,
  index: number,
): AlarmPlan {
  const seconds = thresholds.queueAgeSeconds;
  const number = index + 1;
  return {
    ...plan(
      name,
      `queue-age-${number}`,
      `oldest message of queue ${number} above ${seconds} s`,
      seconds,
    ),
    metric: {
      namespace: "AWS/SQS",
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: queue },
      statistic: "Maximum",
    },
  };
}

function plan(component: string, key: string, title: string, threshold: number) {
  return {
    key: `${component}-${key}`,
    component,
    title,
    threshold,
    below: false,
    // Nothing runs while a service is stopped, and a queue without messages measures nothing.
    missing: "notBreaching" as const,
  };
}
