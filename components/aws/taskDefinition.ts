import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import type { Definition } from "./container";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import type { TaskSize } from "./fargate";
import { PLATFORM } from "./image";
import type { GrantedRole } from "./roles";
import { tagsOf } from "./tags";

/** What a task is made of on Fargate. */
export interface TaskParts {
  readonly size: TaskSize;
  readonly definitions: readonly Definition[];
  readonly volumes?: readonly string[];
  /** GiB of disk, 21 to 200. @default 20, which cost nothing */
  readonly diskGib?: number;
  readonly execution: GrantedRole;
  readonly task: GrantedRole;
}

/** A task definition; every change registers another one, and the one before stays until the update has gone well. */
export function taskDefinition(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  parts: TaskParts,
): ecs.TaskDefinition {
  return new ecs.TaskDefinition(
    `${name}-definition`,
    {
      family: stackName(context, name),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: PLATFORM.cpuArchitecture,
      },
      tags: tagsOf(context),
      cpu: String(parts.size.cpu),
      memory: String(parts.size.memoryMb),
      executionRoleArn: parts.execution.arn,
      taskRoleArn: parts.task.arn,
      containerDefinitions: pulumi.jsonStringify(parts.definitions),
      ...(parts.diskGib === undefined ? {} : { ephemeralStorage: { sizeInGib: parts.diskGib } }),
      ...(parts.volumes === undefined || parts.volumes.length === 0
        ? {}
        : { volumes: parts.volumes.map((volume) => ({ name: volume })) }),
    },
    { parent, dependsOn: [context.admission] },
  );
}
