import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { GateSpec } from "../gates";
import type { ServiceSpec } from "../specs";
import type { AwsContext, AwsEdge } from "./context";
import type { RuleTargets } from "./loadBalancer/rules";
import type { MetricSource } from "./serviceMetrics";
import { errorQueries, internalSource, latencyQueries, targetGroupSource } from "./serviceMetrics";
import { tagsOf } from "./tags";

type Slo = Extract<GateSpec, { type: "slo" }>;

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
  const sources = behind === undefined ? [internalSource(discoveryName)] : atLoadBalancer(behind);
  return spec.rollout.gates
    .filter((gate): gate is GateSpec & Slo => gate.type === "slo")
    .flatMap((gate, index) => {
      const name = `${spec.name}-rollout${index === 0 ? "" : `-${index}`}`;
      const errors = alarm(context, parent, `${name}-errors`, {
        alarmDescription: `${spec.name}: share of answers that are a server's fault, while a revision takes over`,
        threshold: gate.errorRate,
        metricQueries: errorQueries(sources, WATCHED.period),
      });
      if (gate.p95Ms === null) return [errors];
      const latency = alarm(context, parent, `${name}-p95`, {
        alarmDescription: `${spec.name}: seconds until an answer at p95, while a revision takes over`,
        threshold: gate.p95Ms / 1000,
        metricQueries: latencyQueries(sources, behind === undefined, WATCHED.period),
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

function atLoadBalancer({
  edge,
  targets,
}: {
  readonly edge: AwsEdge;
  readonly targets: readonly RuleTargets[];
}): MetricSource[] {
  const groups = targets.flatMap(({ primary, alternate }) =>
    alternate === undefined ? [primary] : [primary, alternate],
  );
  return groups.map((group) => targetGroupSource(edge.loadBalancer.arnSuffix, group.arnSuffix));
}
