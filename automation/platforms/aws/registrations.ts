import {
  DeregisterTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from "@aws-sdk/client-ecs";

import type { ReleaseRecord } from "../../release";
import type { Deployed, PlatformEnv, PlatformSession } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { owned, regionOf } from "./resources";

/**
 * Task definitions of services outlive the updates that registered them, so that a rollback runs the very same again. What
 * they cost is a place in ECS's lists: those of releases that are not kept are deregistered here.
 */

/** Deregisters what neither runs nor belongs to one of these releases. */
export async function keepRegistered(
  { env }: Pick<PlatformSession, "env">,
  deployed: Deployed,
  releases: readonly Pick<ReleaseRecord, "images">[],
): Promise<void> {
  const kept = releases.flatMap(({ images }) =>
    Object.values(images).flatMap(({ taskDefinition }) => taskDefinition ?? []),
  );
  const current = currentOf(deployed);
  await deregister(env, [...current, ...kept], new Set([...current, ...kept]));
}

/** Deregisters all of a stack that is no more. */
export async function dropRegistered(
  { env }: Pick<PlatformSession, "env">,
  deployed: Deployed,
): Promise<void> {
  await deregister(env, currentOf(deployed), new Set());
}

/** Those that the stack's outputs and its state name. */
function currentOf({ state, intended }: Deployed): string[] {
  const services = Object.values(intended.services ?? {});
  const running = services.flatMap(({ ecs }) => ecs?.taskDefinition ?? []);
  const recorded = owned(state, "aws:ecs/taskDefinition:TaskDefinition").map(({ arn }) => arn);
  return [...running, ...recorded];
}

/** @param like Task definitions whose families are looked through. */
async function deregister(
  env: PlatformEnv,
  like: readonly string[],
  except: ReadonlySet<string>,
): Promise<void> {
  const families = new Map(like.map((arn) => [familyOf(arn), regionOf(arn)]));
  for (const [family, region] of families) {
    await using(new ECSClient(clientSettings(env, region)), async (client) => {
      for (const arn of await registered(client, family))
        if (!except.has(arn)) await deregisterOne(client, arn);
    });
  }
}

async function registered(client: ECSClient, familyPrefix: string): Promise<string[]> {
  try {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListTaskDefinitionsCommand({ familyPrefix, status: "ACTIVE", nextToken }),
      );
      // Whatever the request's name says: another family may begin like this one.
      found.push(
        ...(page.taskDefinitionArns ?? []).filter((arn) => familyOf(arn) === familyPrefix),
      );
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  } catch (error) {
    throw awsFailure(error, `listing the task definitions of ${familyPrefix}`);
  }
}

/** What runs by it runs on; no other task starts by it. */
async function deregisterOne(client: ECSClient, taskDefinition: string): Promise<void> {
  try {
    await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  } catch (error) {
    // Somebody else has done it meanwhile.
    if (isNamed(error, "ClientException", "InvalidParameterException")) return;
    throw awsFailure(error, `deregistering task definition ${taskDefinition}`);
  }
}

/** Name before the number, such as `shop-production-api`. */
function familyOf(arn: string): string {
  return /task-definition\/([^:]+)/.exec(arn)?.[1] ?? "";
}
