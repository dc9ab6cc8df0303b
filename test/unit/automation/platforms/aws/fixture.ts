import type { Clock } from "../../../../../automation/clock";
import type { Intended, IntendedService } from "../../../../../automation/intended";
import type { Observation } from "../../../../../automation/results";
import { observe } from "../../../../../automation/observe";
import { startOperation } from "../../../../../automation/operation";
import type { OperationContext } from "../../../../../automation/operation";
import type { FaultyHandler } from "../../../../support/faultyAws";

export const digest = `sha256:${"a".repeat(64)}`;
export const otherDigest = `sha256:${"b".repeat(64)}`;
const account = "123456789012";
const at = "arn:aws:ecs:ap-northeast-1";

export const definition = (number: number): string =>
  `${at}:${account}:task-definition/shop-production-api:${number}`;

/** A service that was deployed as the seventh revision of its task definition. */
export const intended: IntendedService = {
  image: "shop/api:1",
  digest,
  repoDigest: `${account}.dkr.ecr.ap-northeast-1.amazonaws.com/shop/api@${digest}`,
  revision: "r7",
  replicas: 2,
  healthPath: "/health",
  port: 3000,
  exposure: "internal",
  containers: [],
  ecs: {
    region: "ap-northeast-1",
    cluster: "shop-production",
    service: "api",
    taskDefinition: definition(7),
    container: "api",
    logGroup: "/shop/production/api",
    targetGroups: [],
  },
};

/** A task as DescribeTasks has it. */
export function task(id: string, number: number, change: object = {}): object {
  return {
    taskArn: `${at}:${account}:task/shop-production/${id}`,
    taskDefinitionArn: definition(number),
    lastStatus: "RUNNING",
    healthStatus: "HEALTHY",
    startedAt: 1_700_000_000,
    containers: [{ name: "api", image: `shop/api@${digest}`, imageDigest: digest }],
    ...change,
  };
}

export function deployment(number: number, change: object = {}): Record<string, unknown> {
  return {
    status: "PRIMARY",
    taskDefinition: definition(number),
    rolloutState: "COMPLETED",
    desiredCount: 2,
    runningCount: 2,
    failedTasks: 0,
    ...change,
  };
}

/** A service as DescribeServices has it. */
export function service(deployments: readonly Record<string, unknown>[], change = {}): object {
  return {
    services: [
      {
        serviceName: "api",
        status: "ACTIVE",
        desiredCount: 2,
        runningCount: 2,
        taskDefinition: definition(7),
        deployments,
        ...change,
      },
    ],
    failures: [],
  };
}

export const missing = { services: [], failures: [{ arn: "api", reason: "MISSING" }] };

/** An ECS whose tasks are these, and whose services are as told. */
export function ecs(
  describe: FaultyHandler,
  running: readonly object[],
  stopped: readonly object[] = [],
): Record<string, FaultyHandler> {
  const arns = (tasks: readonly object[]): unknown[] =>
    tasks.map((each) => (each as { taskArn: string }).taskArn);
  return {
    DescribeServices: describe,
    ListTasks: ({ desiredStatus }) => ({
      ok: { taskArns: arns(desiredStatus === "STOPPED" ? stopped : running) },
    }),
    DescribeTasks: ({ tasks }) => ({
      ok: {
        tasks: [...running, ...stopped].filter((each) =>
          (tasks as string[]).includes((each as { taskArn: string }).taskArn),
        ),
        failures: [],
      },
    }),
  };
}

/** Time that passes only by being slept. */
export function fastClock(): Clock {
  let now = Date.parse("2026-01-01T00:00:00Z");
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

/** Runs a step as part of an operation. */
export function inOperation<T>(
  run: (context: OperationContext) => Promise<T>,
  clock = fastClock(),
): Promise<T> {
  return startOperation({ operation: "verify", stack: "production", clock }, {}, run).result;
}

/** What the SDK makes of a stack with the one service, looking for so long. */
export function observed(
  env: Record<string, string>,
  timeoutSeconds: number,
  own: IntendedService = intended,
): Promise<Observation> {
  const promised: Intended = { platform: "aws", services: { api: own }, urls: {} };
  return inOperation((context) => observe(context, promised, { env, timeoutSeconds }));
}
