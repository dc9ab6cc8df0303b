import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../specs";
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
  /** Whether it stays when it is replaced or not wanted any more. @default false */
  readonly staysRegistered?: boolean;
}

/**
 * The task definition that a service runs. Where a release is deployed again whose own is still registered, it is that one,
 * and nothing is registered. So the former ones stay registered when another takes their place, which costs nothing: the
 * deployment SDK deregisters those of releases that it does not keep, and all of them when the stack is destroyed.
 *
 * @param revision The revision that the program comes to.
 * @returns its ARN.
 */
export function serviceTaskDefinition(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  { name, registered }: Pick<ServiceSpec, "name" | "registered">,
  revision: string,
  parts: TaskParts,
): pulumi.Output<string> {
  if (registered?.revision === revision) return pulumi.output(registered.arn);
  return taskDefinition(context, parent, name, { ...parts, staysRegistered: true }).arn;
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
      ...(parts.staysRegistered === true ? { skipDestroy: true } : {}),
      ...(parts.diskGib === undefined ? {} : { ephemeralStorage: { sizeInGib: parts.diskGib } }),
      ...(parts.volumes === undefined || parts.volumes.length === 0
        ? {}
        : { volumes: parts.volumes.map((volume) => ({ name: volume })) }),
    },
    { parent, dependsOn: [context.admission] },
  );
}
