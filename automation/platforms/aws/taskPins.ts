import { DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";

import type { TaskDefinitionPin } from "../../../components/sdkConfig";
import type { ReleaseImage } from "../../results";
import type { PlatformEnv } from "../types";
import { clientSettings, using } from "./clients";
import { awsFailure, isNamed } from "./failure";
import { regionOf } from "./resources";

/** The config key by which the components are told; components/sdkConfig.ts reads it. */
const taskDefinitionsKey = "landfall-sdk:taskDefinitions";

/** Names the task definitions of a release that ECS still has: a rollback registers nothing new for them. */
export async function taskPins(
  env: PlatformEnv,
  images: Readonly<Record<string, ReleaseImage>>,
): Promise<Record<string, string>> {
  const pins = await Promise.all(
    Object.entries(images).map(
      async ([service, { taskDefinition: arn, revision }]): Promise<
        [string, TaskDefinitionPin][]
      > => (arn !== undefined && (await isActive(env, arn)) ? [[service, { arn, revision }]] : []),
    ),
  );
  const all = pins.flat();
  return all.length === 0 ? {} : { [taskDefinitionsKey]: JSON.stringify(Object.fromEntries(all)) };
}

/** One that was deregistered runs on where it runs, and no service takes it any more. */
async function isActive(env: PlatformEnv, taskDefinition: string): Promise<boolean> {
  try {
    const { taskDefinition: found } = await using(
      new ECSClient(clientSettings(env, regionOf(taskDefinition))),
      (client) => client.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
    );
    return found?.status === "ACTIVE";
  } catch (error) {
    if (isNamed(error, "ClientException", "InvalidParameterException")) return false;
    throw awsFailure(error, `looking at task definition ${taskDefinition}`);
  }
}
