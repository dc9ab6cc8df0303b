import { DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { TaskDefinition } from "@aws-sdk/client-ecs";

import type { TaskDefinitionPin } from "../../../components/sdkConfig";
import { reveal } from "../../engine/state";
import type { ReleaseImage } from "../../results";
import type { Deployed, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { owned, regionOf } from "./resources";

/** The config key by which the components are told; components/sdkConfig.ts reads it. */
const taskDefinitionsKey = "landfall-sdk:taskDefinitions";

/**
 * Names the task definitions of a release that ECS still has: a rollback registers nothing new for them. One that names a
 * role, a secret or a log group that the stack has not got any more would start no task: it is left out.
 */
export async function taskPins(
  env: PlatformEnv,
  deployed: Deployed,
  images: Readonly<Record<string, ReleaseImage>>,
): Promise<Record<string, string>> {
  const known = textOfState(deployed);
  // What the state has, the program has as well: it is left as it is.
  const own = owned(deployed.state, "aws:ecs/taskDefinition:TaskDefinition");
  const pins = await Promise.all(
    Object.entries(images).map(
      async ([service, { taskDefinition: arn, revision }]): Promise<
        [string, TaskDefinitionPin][]
      > => {
        if (arn === undefined || own.some((each) => each.arn === arn)) return [];
        const needs = await needsOf(env, arn);
        const runs = needs?.every((need) => known.includes(need)) ?? false;
        return runs ? [[service, { arn, revision }]] : [];
      },
    ),
  );
  const all = pins.flat();
  return all.length === 0 ? {} : { [taskDefinitionsKey]: JSON.stringify(Object.fromEntries(all)) };
}

/** Everything that the stack's resources are known by. */
function textOfState({ state }: Deployed): string {
  return JSON.stringify(state.resources.map(({ outputs }) => reveal(outputs)));
}

/**
 * How the state writes what a task of it cannot start without; undefined where it is not registered. One that was deregistered runs on
 * where it runs, and no service takes it any more.
 */
async function needsOf(env: PlatformEnv, taskDefinition: string): Promise<string[] | undefined> {
  try {
    const { taskDefinition: found } = await using(
      new ECSClient(clientSettings(env, regionOf(taskDefinition))),
      (client) => client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
    );
    return found?.status === "ACTIVE" ? [...rolesOf(found), ...containersNeed(found)] : undefined;
  } catch (error) {
    if (isNamed(error, "ClientException", "InvalidParameterException")) return undefined;
    throw awsFailure(error, `looking at task definition ${taskDefinition}`);
  }
}

function rolesOf({ executionRoleArn, taskRoleArn }: TaskDefinition): string[] {
  return [executionRoleArn, taskRoleArn].flatMap((arn) => (arn === undefined ? [] : [quoted(arn)]));
}

function containersNeed({ containerDefinitions = [] }: TaskDefinition): string[] {
  return containerDefinitions.flatMap(({ secrets = [], logConfiguration }) => [
    ...secrets.flatMap(({ valueFrom = "" }) => secretArn(valueFrom)),
    ...groupOf(logConfiguration?.options),
  ]);
}

/** The part of a reference that names the secret: a key of it, a stage and a version may follow. A parameter has none of them. */
function secretArn(valueFrom: string): string[] {
  return (
    /^arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:[^:]+|^.+/.exec(valueFrom)?.slice(0, 1) ?? []
  );
}

function groupOf(options: Readonly<Record<string, string>> = {}): string[] {
  const { "awslogs-group": group } = options;
  return group === undefined ? [] : [quoted(group)];
}

/** Whole, and not as the beginning of another name. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
