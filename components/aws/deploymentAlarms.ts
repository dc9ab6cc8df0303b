import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { GateSpec } from "../gates";
import type { ServiceSpec } from "../specs";
import type { AwsContext, AwsEdge } from "./context";
import type { RuleTargets } from "./loadBalancer/rules";
import { tagsOf } from "./tags";

type Slo = Extract<GateSpec, { type: "slo" }>;

/** A metric with what tells this service's from others'. */
interface Source {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Minutes that are looked at, and how many of them must be bad: one alone may be a start. */
const WATCHED = { period: 60, evaluationPeriods: 3, datapointsToAlarm: 2 } as const;

/**
 * The objectives of a service's gates as alarms that ECS watches while it deploys, and rolls back for. A public service is
 * measured by the load balancer, an internal one by Service Connect under its name in the namespace.
 */
export function deploymentAlarms(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  discoveryName: string,
  behind: { readonly edge: AwsEdge; readonly targets: readonly RuleTargets[] } | undefined,
): cloudwatch.MetricAlarm[] {
  const sources = behind === undefined ? [internal(discoveryName)] : atLoadBalancer(behind);
  return spec.rollout.gates
    .filter((gate): gate is GateSpec & Slo => gate.type === "slo")
    .flatMap((gate, index) => {
      const name = `${spec.name}-rollout${index === 0 ? "" : `-${index}`}`;
      const errors = alarm(context, parent, `${name}-errors`, {
        alarmDescription: `${spec.name}: share of answers that are a server's fault, while a revision takes over`,
        threshold: gate.errorRate,
        metricQueries: errorQueries(sources),
      });
      if (gate.p95Ms === null) return [errors];
      const latency = alarm(context, parent, `${name}-p95`, {
        alarmDescription: `${spec.name}: seconds until an answer at p95, while a revision takes over`,
        threshold: gate.p95Ms / 1000,
        metricQueries: latencyQueries(sources, behind === undefined),
      });
      return [errors, latency];
    });
}

function alarm(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  args: Pick<cloudwatch.MetricAlarmArgs, "alarmDescription" | "threshold" | "metricQueries">,
): cloudwatch.MetricAlarm {
  return new cloudwatch.MetricAlarm(
    name,
    {
      ...args,
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: WATCHED.evaluationPeriods,
      datapointsToAlarm: WATCHED.datapointsToAlarm,
      // No requests, no objection.
      treatMissingData: "notBreaching",
      alarmActions: [context.alerts.arn],
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
}

function internal(discoveryName: string): Source {
  return { namespace: "AWS/ECS", dimensions: { TargetDiscoveryName: discoveryName } };
}

function atLoadBalancer({
  edge,
  targets,
}: {
  readonly edge: AwsEdge;
  readonly targets: readonly RuleTargets[];
}): Source[] {
  const groups = targets.flatMap(({ primary, alternate }) =>
    alternate === undefined ? [primary] : [primary, alternate],
  );
  return groups.map((group) => ({
    namespace: "AWS/ApplicationELB",
    dimensions: {
      LoadBalancer: edge.loadBalancer.arnSuffix,
      TargetGroup: group.arnSuffix,
    },
  }));
}

function metric(id: string, { namespace, dimensions }: Source, metricName: string, stat: string) {
  return {
    id,
    returnData: false,
    metric: { namespace, metricName, stat, period: WATCHED.period, dimensions },
  };
}

const ANSWERS = ["2XX", "3XX", "4XX", "5XX"] as const;

function errorQueries(sources: readonly Source[]) {
  const counts = sources.flatMap((source, index) =>
    ANSWERS.map((kind) =>
      metric(`a${index}_${kind.toLowerCase()}`, source, `HTTPCode_Target_${kind}_Count`, "Sum"),
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

// The load balancer says seconds, Service Connect milliseconds.
function latencyQueries(sources: readonly Source[], inMilliseconds: boolean) {
  const times = sources.map((source, index) =>
    metric(`t${index}`, source, "TargetResponseTime", "p95"),
  );
  const all = times.map(({ id }) => `FILL(${id}, 0)`).join(", ");
  const worst = times.length === 1 ? `FILL(t0, 0)` : `MAX([${all}])`;
  const expression = inMilliseconds ? `${worst} / 1000` : worst;
  return [...times, { id: "worst", label: "p95 in seconds", returnData: true, expression }];
}
