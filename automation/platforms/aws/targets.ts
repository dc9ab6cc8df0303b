import type { TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";

import type { IntendedService } from "../../intended";
import type { PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import type { TargetHealth } from "./deployment";
import { isNamed } from "../../../components/aws/dynamic/failures";

/** How the load balancer finds a service's tasks, over all its target groups: under blue/green one of two is empty. */
export async function targetHealth(
  env: PlatformEnv,
  { region, targetGroups }: NonNullable<IntendedService["ecs"]>,
): Promise<TargetHealth> {
  if (targetGroups.length === 0) return { healthy: 0, unhealthy: [] };
  const client = new ElasticLoadBalancingV2Client(clientSettings(env, region));
  const groups = await using(client, () =>
    Promise.all(
      targetGroups.map(async (arn) => {
        const request = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
        const { TargetHealthDescriptions: targets = [] } = await client
          .send(request)
          .catch(withoutGroup);
        return targets;
      }),
    ),
  );
  const all = groups.flat();
  return {
    healthy: all.filter(({ TargetHealth: health }) => health?.State === "healthy").length,
    unhealthy: all.flatMap(unhealthyWords),
  };
}

/** A target group that has just been made, or is gone, has no targets. */
function withoutGroup(error: unknown): { TargetHealthDescriptions?: TargetHealthDescription[] } {
  if (isNamed(error, "TargetGroupNotFoundException")) return {};
  throw error;
}

function unhealthyWords({
  Target: target,
  TargetHealth: health,
}: TargetHealthDescription): string[] {
  if (health?.State !== "unhealthy") return [];
  const why = health.Description ?? health.Reason ?? "no reason given";
  return [`target ${target?.Id ?? ""}:${target?.Port ?? ""} is unhealthy: ${why}`];
}
