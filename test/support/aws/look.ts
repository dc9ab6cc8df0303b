import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import type { AwsEmulator } from "./emulator";

/** What ECS says of a service. */
export interface Look {
  readonly taskDefinition: string | undefined;
  readonly rolloutState: string | undefined;
  readonly running: number | undefined;
  /** Images of the containers of its tasks, each once. */
  readonly images: readonly string[];
}

/** Asks ECS itself, past everything of Landfall's. */
export async function look(emulator: AwsEmulator, cluster: string, service: string): Promise<Look> {
  const client = new ECSClient(emulator.client);
  try {
    const { services = [] } = await client.send(
      new DescribeServicesCommand({ cluster, services: [service] }),
    );
    const primary = services[0]?.deployments?.find(({ status }) => status === "PRIMARY");
    const { taskArns: tasks = [] } = await client.send(
      new ListTasksCommand({ cluster, serviceName: service, desiredStatus: "RUNNING" }),
    );
    const described =
      tasks.length === 0
        ? []
        : (await client.send(new DescribeTasksCommand({ cluster, tasks }))).tasks;
    const images = (described ?? []).flatMap(({ containers = [] }) =>
      containers.map(({ image = "" }) => image),
    );
    return {
      taskDefinition: primary?.taskDefinition,
      rolloutState: primary?.rolloutState,
      running: services[0]?.runningCount,
      images: [...new Set(images)].sort(),
    };
  } finally {
    client.destroy();
  }
}
