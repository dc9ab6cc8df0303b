import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import type { ReplicationGroup } from "@aws-sdk/client-elasticache";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import type { DBInstance } from "@aws-sdk/client-rds";

import type { ReplicaStatus, ServiceStatusReport } from "../../results";
import type { Deployed, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { owned, textOf } from "./resources";
import type { Owned } from "./resources";

export const databaseType = "aws:rds/instance:Instance";
const cacheType = "aws:elasticache/replicationGroup:ReplicationGroup";

/** RDS says so while it serves, whatever else it does. */
const serving: readonly string[] = [
  ...["available", "backing-up", "storage-optimization", "modifying", "maintenance"],
  ...["configuring-enhanced-monitoring", "configuring-log-exports", "storage-config-upgrade"],
];

/** The stack's databases as RDS has them. */
export function databaseReports(
  env: PlatformEnv,
  { state }: Deployed,
): Promise<ServiceStatusReport[]> {
  return Promise.all(
    owned(state, databaseType).map((database) =>
      reported(database, "postgres", async () => {
        const id = textOf(database, "identifier") ?? "";
        const found = await describeDatabase(env, database.region, id);
        return found && databaseSeen(id, found);
      }),
    ),
  );
}

/** A database as RDS has it; undefined where it has none of that name. */
export async function describeDatabase(
  env: PlatformEnv,
  region: string,
  id: string,
): Promise<DBInstance | undefined> {
  try {
    const { DBInstances: found = [] } = await using(
      new RDSClient(clientSettings(env, region)),
      (client) => client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id })),
    );
    return found[0];
  } catch (error) {
    if (isNoDatabase(error)) return undefined;
    throw awsFailure(error, `looking at database ${id} in RDS`);
  }
}

/** Whether RDS says that it has no instance of that name. */
export function isNoDatabase(error: unknown): boolean {
  return isNamed(error, "DBInstanceNotFoundFault", "DBInstanceNotFound");
}

/** The stack's caches as ElastiCache has them. */
export function cacheReports(
  env: PlatformEnv,
  { state }: Deployed,
): Promise<ServiceStatusReport[]> {
  return Promise.all(
    owned(state, cacheType).map((cache) =>
      reported(cache, "redis", async () => {
        const id = textOf(cache, "replicationGroupId") ?? "";
        const found = await describeCache(env, cache.region, id);
        return found && cacheSeen(id, found);
      }),
    ),
  );
}

async function describeCache(
  env: PlatformEnv,
  region: string,
  id: string,
): Promise<ReplicationGroup | undefined> {
  try {
    const { ReplicationGroups: found = [] } = await using(
      new ElastiCacheClient(clientSettings(env, region)),
      (client) => client.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: id })),
    );
    return found[0];
  } catch (error) {
    if (isNamed(error, "ReplicationGroupNotFoundFault")) return undefined;
    throw awsFailure(error, `looking at cache ${id} in ElastiCache`);
  }
}

type SeenStore = Pick<ServiceStatusReport, "state" | "replicas" | "reasons">;

async function reported(
  { component: service, arn }: Owned,
  role: "postgres" | "redis",
  look: () => Promise<SeenStore | undefined>,
): Promise<ServiceStatusReport> {
  const missing: SeenStore = { state: "down", replicas: [], reasons: [`${arn} is not there`] };
  try {
    return { service, role, ...((await look()) ?? missing) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { service, role, state: "unknown", replicas: [], reasons: [why] };
  }
}

function databaseSeen(
  name: string,
  { DBInstanceStatus: status = "unknown" }: DBInstance,
): SeenStore {
  const up = serving.includes(status);
  const replica: ReplicaStatus = { name, state: up ? "running" : status };
  const state =
    status === "available" ? "up" : up ? "degraded" : status === "stopped" ? "stopped" : "down";
  const reasons = status === "available" ? [] : [`database ${name} is ${status}`];
  return { state, replicas: [replica], reasons };
}

function cacheSeen(
  name: string,
  { Status: status = "unknown", NodeGroups: groups = [] }: ReplicationGroup,
): SeenStore {
  const shards = groups.map(({ NodeGroupId: id = "", Status: of = "unknown" }): ReplicaStatus => {
    return { name: `${name}-${id}`, state: of === "available" ? "running" : of };
  });
  const replicas =
    shards.length > 0 ? shards : [{ name, state: status === "available" ? "running" : status }];
  const reasons = [
    ...(status === "available" ? [] : [`cache ${name} is ${status}`]),
    ...shards.flatMap(({ name: shard, state }) =>
      state === "running" ? [] : [`shard ${shard} is ${state}`],
    ),
  ];
  const up = replicas.filter(({ state }) => state === "running").length;
  const state = up === 0 ? "down" : reasons.length === 0 ? "up" : "degraded";
  return { state, replicas, reasons };
}
