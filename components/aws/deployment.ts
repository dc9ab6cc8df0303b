import type * as aws from "@pulumi/aws/types/input";
import type { Problems } from "../errors";
import type { ServiceSpec } from "../specs";

/** How ECS replaces the tasks of a service, in its own terms. */
export interface Deployment {
  readonly strategy: "ROLLING" | "BLUE_GREEN" | "CANARY" | "LINEAR";
  /** Whether the old and the new tasks stand side by side in target groups of their own. */
  readonly shifting: boolean;
  readonly configuration: aws.ecs.ServiceDeploymentConfiguration;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Time after which a deployment that has not ended counts as failed. */
  readonly deadlineMs: number;
}

/** Time that Fargate takes for what is not the service's own: places, network interfaces, images. */
const PROVISION_MS = 180_000;
/** What alarms need until they can have seen a new revision: three periods of a minute. */
const ALARM_MINUTES = 3;

/** Time between two looks of the readiness gate, the deadline, the drain and the bake time, for each strategy. */
export function deploymentOf(spec: ServiceSpec): Deployment {
  const { rollout, health, drainMs } = spec;
  const isWatched = rollout.gates.length > 0;
  const base = health.readiness.deadlineMs + drainMs + PROVISION_MS;
  if (rollout.strategy === "rolling" || rollout.strategy === "recreate") {
    const recreate = rollout.strategy === "recreate";
    return {
      strategy: "ROLLING",
      shifting: false,
      configuration: { strategy: "ROLLING" },
      minimumHealthyPercent: recreate ? 0 : 100,
      maximumPercent: recreate ? 100 : 200,
      // ECS watches alarms for some time after the last task, and does not say for how long.
      deadlineMs: base + (isWatched ? 2 * ALARM_MINUTES * 60_000 : 0),
    };
  }
  const bake = Math.max(minutes(rollout.bakeMs), isWatched ? ALARM_MINUTES : 0);
  const { steps, ...shift } = shiftOf(spec);
  return {
    shifting: true,
    ...shift,
    configuration: { ...shift.configuration, bakeTimeInMinutes: String(bake) },
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deadlineMs: base + (bake + steps * minutes(rollout.pauseMs)) * 60_000,
  };
}

type Shift = Pick<Deployment, "strategy" | "configuration"> & { readonly steps: number };

function shiftOf({ rollout: { strategy, steps, pauseMs } }: ServiceSpec): Shift {
  const pause = String(minutes(pauseMs));
  const first = steps?.[0] ?? 5;
  if (strategy === "canary") {
    const canaryConfiguration = { canaryPercent: first, canaryBakeTimeInMinutes: pause };
    return {
      strategy: "CANARY",
      configuration: { strategy: "CANARY", canaryConfiguration },
      steps: 1,
    };
  }
  if (strategy === "linear") {
    const linearConfiguration = { stepPercent: first, stepBakeTimeInMinutes: pause };
    const configuration = { strategy: "LINEAR", linearConfiguration };
    return { strategy: "LINEAR", configuration, steps: Math.ceil(100 / first) };
  }
  return { strategy: "BLUE_GREEN", configuration: { strategy: "BLUE_GREEN" }, steps: 0 };
}

/** ECS counts in minutes: never less than what was asked for. */
function minutes(ms: number): number {
  return Math.ceil(ms / 60_000);
}

/** Notes what ECS's deployment controller cannot do. */
export function checkDeployment({ rollout, published }: ServiceSpec, problems: Problems): void {
  const { strategy, steps, pauseMs, bakeMs, gates, sticky } = rollout;
  const inPlace = strategy === "rolling" || strategy === "recreate";
  problems.require(
    strategy !== "canary" || steps === undefined || steps.length === 1,
    "rollout.steps",
    "must be one share on AWS, where a canary is one step: for more of them use the strategy linear",
    steps,
  );
  const later = 'is nothing that ECS does for this strategy: use "blueGreen", "canary" or "linear"';
  problems.require(!inPlace || pauseMs === 0, "rollout.pause", later);
  problems.require(!inPlace || bakeMs === 0, "rollout.bake", later);
  const stays = "is not available on AWS: ECS moves requests, not clients";
  problems.require(sticky === undefined, "rollout.sticky", stays);
  problems.require(
    inPlace || published.length <= 2,
    "exposure.public",
    'must be at most two routes on AWS where traffic is shifted: use the strategy "rolling" for more',
  );
  gates.forEach(({ type }, index) => {
    const rule =
      'must be "slo" on AWS, where ECS watches p95Ms and errorRate by alarms during its deployments';
    problems.require(type === "slo", `rollout.gates[${index}].type`, rule, type);
  });
}
