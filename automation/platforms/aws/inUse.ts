import { ECSClient } from "@aws-sdk/client-ecs";

import type { Deployed, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { awsFailure } from "./failure";
import { runningTasks } from "./tasks";

/** Digests of the images that the services' tasks run now: not every one is what was deployed. */
export async function imagesInUse(
  env: PlatformEnv,
  { intended: { services = {} } }: Pick<Deployed, "intended">,
): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(services).map(async ([name, { ecs }]) => {
      if (ecs === undefined) return [];
      try {
        const client = new ECSClient(clientSettings(env, ecs.region));
        const tasks = await using(client, () => runningTasks(client, ecs));
        return tasks.flatMap(({ digest, image }) =>
          [digest ?? [], image?.split("@")[1] ?? []].flat(),
        );
      } catch (error) {
        throw awsFailure(error, `looking at the tasks of service ${name}`);
      }
    }),
  );
  return found.flat();
}
