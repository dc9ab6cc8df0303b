import * as appautoscaling from "@pulumi/aws/appautoscaling";
import type * as ecs from "@pulumi/aws/ecs";
import type * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import type { Problems } from "../errors";
import type { ServiceSpec } from "../specs";
import type { AutoscalingArgs } from "./args";
import type { AwsContext, AwsEdge } from "./context";
import type { RuleTargets } from "./loadBalancer/rules";

/** Between which numbers of tasks a service moves. */
export interface TaskCount {
  readonly min: number;
  readonly max: number;
  /** Whether the load decides between the two. */
  readonly scaled: boolean;
}

/** How many tasks there may be: none while something stops the service, whatever the load. */
export function taskCount({ replicas, aws }: ServiceSpec): TaskCount {
  if (replicas === 0 || aws.autoscaling === undefined)
    return { min: replicas, max: replicas, scaled: false };
  const { min = replicas, max } = aws.autoscaling;
  return { min, max, scaled: true };
}

/** Notes what cannot be followed. */
export function checkAutoscaling(spec: ServiceSpec, problems: Problems): void {
  const scaling = spec.aws.autoscaling;
  if (scaling === undefined) return;
  const { min = Math.max(1, spec.switches.configuredReplicas), max, cpuPercent } = scaling;
  const at = "aws.autoscaling";
  const whole = (value: number, low: number, high: number) =>
    Number.isInteger(value) && value >= low && value <= high;
  problems.require(
    whole(min, 1, 1000),
    `${at}.min`,
    "must be a whole number from 1 to 1000; to run none, stop the service",
    min,
  );
  const highest = "must be a whole number from min to 1000";
  problems.require(whole(max, min, 1000), `${at}.max`, `${highest} (${min})`, max);
  const percent = "must be a whole percentage from 10 to 90";
  if (cpuPercent !== undefined)
    problems.require(whole(cpuPercent, 10, 90), `${at}.cpuPercent`, percent, cpuPercent);
  checkRequests(spec, scaling, problems);
}

function checkRequests(spec: ServiceSpec, scaling: AutoscalingArgs, problems: Problems): void {
  const { requestsPerTask } = scaling;
  if (requestsPerTask === undefined) return;
  const at = "aws.autoscaling.requestsPerTask";
  const fits = Number.isFinite(requestsPerTask) && requestsPerTask >= 1;
  problems.require(fits, at, "must be a number of requests a minute, 1 or more", requestsPerTask);
  const rule = "is for public services alone: only the load balancer counts requests";
  problems.require(spec.published.length > 0, at, rule, requestsPerTask);
}

/** Follows CPU and, where a load balancer counts them, requests: the one that asks for more tasks decides. */
export function autoscaling(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  service: ecs.Service,
  behind: { readonly edge: AwsEdge; readonly targets: readonly RuleTargets[] } | undefined,
): void {
  const { min, max, scaled } = taskCount(spec);
  const scaling = spec.aws.autoscaling;
  if (!scaled || scaling === undefined) return;
  const target = new appautoscaling.Target(
    `${spec.name}-scaling`,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${context.cluster.name}/${service.name}`,
      minCapacity: min,
      maxCapacity: max,
    },
    { parent },
  );
  const follow = (
    name: string,
    configuration: appautoscaling.PolicyArgs["targetTrackingScalingPolicyConfiguration"],
  ) =>
    new appautoscaling.Policy(
      `${spec.name}-scaling-${name}`,
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: configuration,
      },
      { parent },
    );
  follow("cpu", {
    predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
    targetValue: scaling.cpuPercent ?? 60,
    ...COOLDOWNS,
  });
  if (behind === undefined) return;
  follow("requests", {
    ...requests(behind.edge, behind.targets),
    targetValue: scaling.requestsPerTask ?? 1000,
    ...COOLDOWNS,
  });
}

/** Up at once, down slowly: a task that is missing costs more than one that is too much. */
const COOLDOWNS = { scaleOutCooldown: 60, scaleInCooldown: 300 } as const;

function requests({ loadBalancer }: AwsEdge, targets: readonly RuleTargets[]) {
  const groups: lb.TargetGroup[] = targets.flatMap(({ primary, alternate }) =>
    alternate === undefined ? [primary] : [primary, alternate],
  );
  const [only, ...others] = groups;
  if (only !== undefined && others.length === 0) {
    const resourceLabel = pulumi.interpolate`${loadBalancer.arnSuffix}/${only.arnSuffix}`;
    const predefinedMetricType = "ALBRequestCountPerTarget";
    return { predefinedMetricSpecification: { predefinedMetricType, resourceLabel } };
  }
  return { customizedMetricSpecification: { metrics: summedRequests(loadBalancer, groups) } };
}

// After a shift it is the other group of a pair that has the traffic, and the first one has no figure at all.
function summedRequests(loadBalancer: lb.LoadBalancer, groups: readonly lb.TargetGroup[]) {
  return [
    ...groups.map((group, index) => ({
      id: `m${index}`,
      returnData: false,
      metricStat: {
        stat: "Sum",
        metric: {
          namespace: "AWS/ApplicationELB",
          metricName: "RequestCountPerTarget",
          dimensions: [
            { name: "LoadBalancer", value: loadBalancer.arnSuffix },
            { name: "TargetGroup", value: group.arnSuffix },
          ],
        },
      },
    })),
    {
      id: "requests",
      label: "requests of a task in a minute",
      returnData: true,
      expression: groups.map((_, index) => `FILL(m${index}, 0)`).join(" + "),
    },
  ];
}
