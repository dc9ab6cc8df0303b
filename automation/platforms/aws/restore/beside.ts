import {
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  paginateDescribeDBInstances,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import type { DBInstance, RDSClient } from "@aws-sdk/client-rds";

import { LandfallError } from "../../../errors";
import type { PlatformSession } from "../../types";
import { isNoDatabase } from "../stores";
import { untilReady } from "../waiting";

/** Longest time until an instance of a snapshot serves, in milliseconds. */
const timeoutMs = 2 * 3_600_000;

export interface Wanted {
  /** The instance that is there, whose network and settings the other one gets. */
  live: DBInstance;
  snapshot: string;
  /** Ends the name of the other one: 14 digits. */
  stamp: string;
  /** Password of the master user of the one that is there: the task that copies has no other. */
  password: string;
}

/**
 * Has RDS make an instance of a snapshot beside the one that is there, for as long as it is used. Nothing else reaches it than
 * what reaches that one. It is deleted when its use has ended, well or not; one that a killed command has left goes with the
 * next restore.
 */
export async function withInstanceOf<T>(
  session: Pick<PlatformSession, "context">,
  client: RDSClient,
  wanted: Wanted,
  use: (host: string) => Promise<T>,
): Promise<T> {
  const prefix = `${(wanted.live.DBInstanceIdentifier ?? "").slice(0, 40)}-restore-`;
  for (const left of await leftBy(client, prefix)) await remove(session, client, left);
  const id = `${prefix}${wanted.stamp}`;
  await create(client, id, wanted);
  try {
    tell(session, `instance ${id} is made of snapshot ${wanted.snapshot}: that takes minutes`);
    await untilServing(session, client, id);
    // A password that RDS takes for its own would be another one.
    const MasterUserPassword = wanted.password;
    const change = { DBInstanceIdentifier: id, MasterUserPassword, ApplyImmediately: true };
    await client.send(new ModifyDBInstanceCommand(change));
    const { Endpoint: { Address: host } = {} } = await untilServing(session, client, id);
    if (host === undefined) throw new LandfallError("database", `instance ${id} has no address`);
    return await use(host);
  } finally {
    await remove(session, client, id);
  }
}

async function create(
  client: RDSClient,
  id: string,
  { live, snapshot: name }: Wanted,
): Promise<void> {
  const asked = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: name });
  const { DBSnapshots: [snapshot] = [] } = await client.send(asked);
  const isOfSameVersion = majorOf(snapshot?.EngineVersion) === majorOf(live.EngineVersion);
  const [parameters] = live.DBParameterGroups ?? [];
  const tags = (live.TagList ?? []).filter(({ Key: key = "" }) => !key.startsWith("aws:"));
  await client.send(
    new RestoreDBInstanceFromDBSnapshotCommand({
      DBInstanceIdentifier: id,
      DBSnapshotIdentifier: name,
      DBInstanceClass: live.DBInstanceClass,
      DBSubnetGroupName: live.DBSubnetGroup?.DBSubnetGroupName,
      VpcSecurityGroupIds: live.VpcSecurityGroups?.flatMap(
        ({ VpcSecurityGroupId: group }) => group ?? [],
      ),
      // That of another major version would not fit; RDS's own demands TLS as well.
      ...(isOfSameVersion ? { DBParameterGroupName: parameters?.DBParameterGroupName } : {}),
      ...{ PubliclyAccessible: false, MultiAZ: false, DeletionProtection: false },
      ...{ AutoMinorVersionUpgrade: false, CopyTagsToSnapshot: false },
      Tags: [...tags, { Key: "landfall:purpose", Value: "restore" }],
    }),
  );
}

/** Serving, and with whatever has been changed of it: RDS tells what it has still to do. */
function untilServing(
  session: Pick<PlatformSession, "context">,
  client: RDSClient,
  id: string,
): Promise<DBInstance> {
  return untilReady(session, { what: `instance ${id}`, timeoutMs }, async () => {
    const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: id });
    const { DBInstances: [found] = [] } = await client.send(asked).catch(notYet);
    const { DBInstanceStatus: state = "unknown", PendingModifiedValues: pending } = found ?? {};
    const isReady = state === "available" && pending?.MasterUserPassword === undefined;
    return { state, ...(isReady && found !== undefined ? { ready: found } : {}) };
  });
}

function notYet(error: unknown): { DBInstances?: DBInstance[] } {
  if (isNoDatabase(error)) return {};
  throw error;
}

async function leftBy(client: RDSClient, prefix: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { DBInstances: found = [] } of paginateDescribeDBInstances({ client }, {}))
    ids.push(...found.map(({ DBInstanceIdentifier: id = "" }) => id));
  return ids.filter((id) => id.startsWith(prefix) && /^\d{14}$/.test(id.slice(prefix.length)));
}

/** Tells when it could not be done: the instance costs money, and what failed before is what is thrown. */
async function remove(
  session: Pick<PlatformSession, "context">,
  client: RDSClient,
  id: string,
): Promise<void> {
  const how = { SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
  try {
    await client.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: id, ...how }));
  } catch (error) {
    if (isNoDatabase(error)) return;
    const why = error instanceof Error ? error.message : String(error);
    const what = `instance ${id} could not be deleted (${why}): the next restore tries again`;
    tell(session, what, "warning");
  }
}

function tell(
  { context }: Pick<PlatformSession, "context">,
  message: string,
  severity: "info" | "warning" = "info",
): void {
  context.emit({ kind: "diagnostic", severity, ephemeral: false, message });
}

function majorOf(version: string | undefined): string | undefined {
  return version?.split(".")[0];
}
