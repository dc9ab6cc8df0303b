import { Problems } from "../errors";
import type { ServiceSpec } from "../specs";
import { checkAutoscaling } from "./autoscaling";
import { LONGEST_STOP_MS } from "./container";
import type { AwsContext } from "./context";
import { checkDeployment } from "./deployment";
import type { TaskSize } from "./fargate";
import { taskSize } from "./fargate";
import { checkImage } from "./image";
import { claimRoutes } from "./loadBalancer/rules";
import { checkPolicies } from "./policies";

/** What the checks have found out on the way. */
export interface CheckedService {
  readonly size: TaskSize;
  /** Priorities of the rules of its routes. */
  readonly priorities: readonly number[];
}

/**
 * Holds a service against what ECS and Fargate can do, as a whole and before anything is made.
 * @throws InvalidArgumentsError
 */
export function checkedService(context: AwsContext, spec: ServiceSpec): CheckedService {
  const problems = new Problems(`service ${JSON.stringify(spec.name)} on AWS`);
  checkImage(spec.image, problems);
  const size = taskSize(
    { cpu: spec.cpu, cpuUnits: spec.aws.cpuUnits, memoryMb: spec.memoryMb },
    { cpu: "resources.cpu", cpuUnits: "aws.cpuUnits", memory: "resources.memory" },
    problems,
  );
  checkStop(spec, problems);
  checkHealth(spec, problems);
  checkRestart(spec, problems);
  checkDeployment(spec, problems);
  checkAutoscaling(spec, problems);
  checkPolicies(spec.aws.policies ?? [], problems);
  const priorities = claimRoutes(context, spec.name, spec.published, problems);
  problems.throwIfAny();
  return { size, priorities };
}

function checkStop({ drainMs }: ServiceSpec, problems: Problems): void {
  const most = LONGEST_STOP_MS / 1000;
  const rule = `must be at most "${most}s" on AWS: Fargate kills a task ${most} s after it has asked it to stop`;
  problems.require(drainMs <= LONGEST_STOP_MS, "drain", rule, `${drainMs / 1000}s`);
}

function checkHealth({ health }: ServiceSpec, problems: Problems): void {
  const within = (ms: number, at: string, min: number, max: number): void => {
    const rule = `must be from "${min}s" to "${max}s" on AWS`;
    problems.require(ms >= min * 1000 && ms <= max * 1000, at, rule, `${ms / 1000}s`);
  };
  within(health.intervalMs, "health.interval", 5, 300);
  within(health.timeoutMs, "health.timeout", 2, 60);
  within(health.startPeriodMs, "health.startPeriod", 0, 300);
  const retries = "must be at most 10 on AWS";
  problems.require(health.retries <= 10, "health.retries", retries, health.retries);
}

function checkRestart({ restart }: ServiceSpec, problems: Problems): void {
  const rule = 'must be "always" or "unless-stopped" on AWS: ECS replaces every task that ends';
  problems.require(restart === "always" || restart === "unless-stopped", "restart", rule, restart);
}
