import * as lb from "@pulumi/aws/lb";
import type * as pulumi from "@pulumi/pulumi";
import { shortName } from "../../naming";
import type { ServiceSpec } from "../../specs";
import type { AwsContext } from "../context";
import { tagsOf } from "../tags";

/** The longest name of a target group. */
const LONGEST = 32;
/** Time between two checks at most: what is new must not wait for the platform's own, slower ones. */
const INTERVAL_MS = 10_000;

/** The tasks of a service as a load balancer sees them. */
export function targetGroup(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  name: string,
): lb.TargetGroup {
  const { health } = spec;
  const interval = seconds(Math.min(health.intervalMs, INTERVAL_MS), 5, 300);
  const args: lb.TargetGroupArgs = {
    name: shortName(LONGEST, context.project, context.stack, name, String(spec.port)),
    vpcId: context.network.vpc.id,
    targetType: "ip",
    port: spec.port,
    protocol: "HTTP",
    deregistrationDelay: seconds(spec.drainMs, 0, 3600),
    tags: tagsOf(context),
    healthCheck: {
      path: health.readiness.path,
      protocol: "HTTP",
      matcher: "200-299",
      interval,
      // A check must have ended before the next one.
      timeout: Math.min(seconds(health.timeoutMs, 2, 120), interval - 1),
      healthyThreshold: 2,
      unhealthyThreshold: Math.min(Math.max(health.retries, 2), 10),
    },
  };
  // The port is in the name: another port is another group, which is there before the old one goes.
  return new lb.TargetGroup(name, args, { parent, dependsOn: [context.admission] });
}

function seconds(ms: number, min: number, max: number): number {
  return Math.min(Math.max(Math.ceil(ms / 1000), min), max);
}
