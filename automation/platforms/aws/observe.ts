import type { DescribeServicesCommandOutput, Service } from "@aws-sdk/client-ecs";
import {
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
} from "@aws-sdk/client-ecs";

import type { IntendedService } from "../../intended";
import type { ServiceObservation } from "../../results";
import { unknownService } from "../../verdict";
import type { ObserveAdapter, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { judgeService } from "./deployment";
import type { Seen } from "./deployment";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { runningTasks, stoppedReasons } from "./tasks";
import { targetHealth } from "./targets";

/** Asks ECS what runs, and the load balancer what answers. */
export const observe = {
  betweenMs: 3000,
  observe: ({ env }, services) =>
    Promise.all(Object.entries(services).map(([name, service]) => look(env, name, service))),
} satisfies ObserveAdapter;

/** One service as it is now. @throws LandfallError when AWS does not answer */
export async function look(
  env: PlatformEnv,
  name: string,
  intended: IntendedService,
): Promise<ServiceObservation> {
  const { ecs } = intended;
  if (ecs === undefined) return unknownService(name, intended, "its status names no ECS service");
  try {
    const seen = await using(new ECSClient(clientSettings(env, ecs.region)), async (client) => {
      const service = await describe(client, ecs);
      const [tasks, stopped, targets, takenBack] = await Promise.all([
        runningTasks(client, ecs),
        stoppedReasons(client, ecs),
        targetHealth(env, ecs),
        wasTakenBack(client, ecs, service),
      ]);
      return { service, tasks, stopped, targets, takenBack } satisfies Seen;
    });
    return judgeService(name, intended, seen);
  } catch (error) {
    throw awsFailure(error, `looking at service ${name} (${ecs.service}) in ECS`);
  }
}

type Ecs = NonNullable<IntendedService["ecs"]>;

async function describe(client: ECSClient, ecs: Ecs): Promise<Service | undefined> {
  const { cluster } = ecs;
  const { services = [], failures = [] } = await client
    .send(new DescribeServicesCommand({ cluster, services: [ecs.service] }))
    .catch(withoutCluster);
  const [found] = services;
  if (found === undefined && failures.some(({ reason }) => reason !== "MISSING")) {
    const why = failures.map(({ reason, detail }) => detail ?? reason ?? "").join("; ");
    throw new Error(`ECS could not describe the service: ${why}`);
  }
  return found;
}

function withoutCluster(
  error: unknown,
): Pick<DescribeServicesCommandOutput, "services" | "failures"> {
  if (isNamed(error, "ClusterNotFoundException")) return {};
  throw error;
}

/**
 * ECS forgets the failed deployment soon after it has put the earlier one back; its list of service deployments keeps it.
 * Only asked where PRIMARY is not what was meant. Where the list may not be read, the rest has to tell.
 */
async function wasTakenBack(
  client: ECSClient,
  ecs: Ecs,
  service: Service | undefined,
): Promise<boolean> {
  const primary = service?.deployments?.find(({ status }) => status === "PRIMARY");
  if (primary === undefined || primary.taskDefinition === ecs.taskDefinition) return false;
  try {
    const { serviceDeployments = [] } = await client.send(
      new ListServiceDeploymentsCommand({
        ...{ cluster: ecs.cluster, service: ecs.service },
        status: ["ROLLBACK_SUCCESSFUL", "ROLLBACK_IN_PROGRESS", "STOPPED"],
        maxResults: 20,
      }),
    );
    const arns = serviceDeployments.flatMap(({ targetServiceRevisionArn: arn }) => arn ?? []);
    if (arns.length === 0) return false;
    const { serviceRevisions = [] } = await client.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns.slice(0, 20) }),
    );
    return serviceRevisions.some(({ taskDefinition }) => taskDefinition === ecs.taskDefinition);
  } catch {
    return false;
  }
}
