import type * as pulumi from "@pulumi/pulumi";

/** Where the metrics of a service's answers are, and what tells them from others'. */
export interface MetricSource<V extends pulumi.Input<string> = pulumi.Input<string>> {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, V>>;
}

/** What CloudWatch is asked: a metric, or an expression over those by their ids. */
export interface MetricQuery<V extends pulumi.Input<string>> {
  readonly id: string;
  /** Whether it is what is held against the threshold. */
  readonly returnData: boolean;
  readonly label?: string;
  readonly expression?: string;
  readonly metric?: {
    readonly namespace: string;
    readonly metricName: string;
    readonly stat: string;
    readonly period: number;
    readonly dimensions: Readonly<Record<string, V>>;
  };
}

/** An internal service, by its name in Service Connect. */
export function internalSource(discoveryName: string): MetricSource<string> {
  return { namespace: "AWS/ECS", dimensions: { TargetDiscoveryName: discoveryName } };
}

/** A public service, by one of its target groups. */
export function targetGroupSource<V extends pulumi.Input<string>>(
  loadBalancer: V,
  targetGroup: V,
): MetricSource<V> {
  return {
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: loadBalancer, TargetGroup: targetGroup },
  };
}

const ANSWERS = ["2XX", "3XX", "4XX", "5XX"] as const;

/**
 * The share of answers that are a server's fault, 0 to 1; without requests, 0.
 * @param period Seconds.
 */
export function errorQueries<V extends pulumi.Input<string>>(
  sources: readonly MetricSource<V>[],
  period: number,
): MetricQuery<V>[] {
  const counts = sources.flatMap((source, index) =>
    ANSWERS.map((kind) =>
      metric(`a${index}_${kind.toLowerCase()}`, source, {
        metricName: `HTTPCode_Target_${kind}_Count`,
        stat: "Sum",
        period,
      }),
    ),
  );
  const sum = (kinds: readonly string[]) =>
    sources
      .flatMap((_, index) => kinds.map((kind) => `FILL(a${index}_${kind.toLowerCase()}, 0)`))
      .join(" + ");
  const all = sum(ANSWERS);
  const expression = `IF((${all}) > 0, (${sum(["5XX"])}) / (${all}), 0)`;
  return [...counts, { id: "share", label: "share of errors", returnData: true, expression }];
}

/**
 * Seconds until an answer, at p95. The load balancer says seconds, Service Connect milliseconds.
 * @param period Seconds.
 */
export function latencyQueries<V extends pulumi.Input<string>>(
  sources: readonly MetricSource<V>[],
  inMilliseconds: boolean,
  period: number,
): MetricQuery<V>[] {
  const times = sources.map((source, index) =>
    metric(`t${index}`, source, { metricName: "TargetResponseTime", stat: "p95", period }),
  );
  const all = times.map(({ id }) => `FILL(${id}, 0)`).join(", ");
  const worst = times.length === 1 ? `FILL(t0, 0)` : `MAX([${all}])`;
  const expression = inMilliseconds ? `${worst} / 1000` : worst;
  return [...times, { id: "worst", label: "p95 in seconds", returnData: true, expression }];
}

/** Targets that do not answer their health check, in all of a service's groups. */
export function unhealthyQueries<V extends pulumi.Input<string>>(
  sources: readonly MetricSource<V>[],
  period: number,
): MetricQuery<V>[] {
  const counts = sources.map((source, index) =>
    metric(`u${index}`, source, { metricName: "UnHealthyHostCount", stat: "Maximum", period }),
  );
  const expression = counts.map(({ id }) => `FILL(${id}, 0)`).join(" + ");
  return [...counts, { id: "unhealthy", label: "unhealthy tasks", returnData: true, expression }];
}

/** Tasks that are wanted and do not run. */
export function missingQueries(
  cluster: string,
  service: string,
  period: number,
): MetricQuery<string>[] {
  const source = {
    namespace: "ECS/ContainerInsights",
    dimensions: { ClusterName: cluster, ServiceName: service },
  };
  const of = (id: string, metricName: string) =>
    metric(id, source, { metricName, stat: "Average", period });
  const expression = "FILL(wanted, 0) - FILL(running, 0)";
  return [
    of("wanted", "DesiredTaskCount"),
    of("running", "RunningTaskCount"),
    { id: "missing", label: "missing tasks", returnData: true, expression },
  ];
}

function metric<V extends pulumi.Input<string>>(
  id: string,
  { namespace, dimensions }: MetricSource<V>,
  what: { readonly metricName: string; readonly stat: string; readonly period: number },
): MetricQuery<V> {
  return { id, returnData: false, metric: { namespace, dimensions, ...what } };
}
