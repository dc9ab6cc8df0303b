import {
  CreateDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  paginateDescribeDBSnapshots,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { DBSnapshot } from "@aws-sdk/client-rds";

import { LandfallError } from "../../errors";
import type { DatabaseBackup } from "../../results";
import type {
  BackupsAdapter,
  DatabaseServer,
  Deployed,
  PlatformEnv,
  PlatformSession,
} from "../types";
import { stampOf } from "../../../components/stamp";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { awsFailure } from "./failure";
import { owned, textOf } from "./resources";
import type { Owned } from "./resources";
import { restoreSnapshot } from "./restore";
import { databaseType } from "./stores";
import { untilReady } from "./waiting";

/** Longest time for a snapshot, in milliseconds: the first one of a large database is a whole copy. */
const timeoutMs = 2 * 3_600_000;

/**
 * Snapshots of RDS: they are consistent without holding anybody up, encrypted by the database's key, outlive it, and need no
 * room on any machine. A dump through a one-off task would need all three to be built.
 */
export const backups = {
  databases: (_session, { state }) =>
    Promise.resolve(
      owned(state, databaseType).map((database) => ({
        database: database.component,
        name: textOf(database, "identifier") ?? "",
      })),
    ),

  async list({ env }, deployed, server) {
    const { region } = ownedBy(deployed, server);
    const found = await snapshotsOf(env, region, server.name);
    return found
      .map((snapshot) => shown(snapshot, region))
      .sort((a, b) => b.takenAt.localeCompare(a.takenAt));
  },

  async take(session, deployed, server) {
    const { region } = ownedBy(deployed, server);
    const id = `${server.name}-${stampOf(session.context.clock.now())}`;
    const client = new RDSClient(clientSettings(session.env, region));
    try {
      return await using(client, async () => {
        await client.send(
          new CreateDBSnapshotCommand({
            DBInstanceIdentifier: server.name,
            DBSnapshotIdentifier: id,
            Tags: [{ Key: "ManagedBy", Value: "landfall" }],
          }),
        );
        return shown(await available(session, client, id), region);
      });
    } catch (error) {
      throw awsFailure(error, `taking a snapshot of ${server.name}`);
    }
  },

  async restore(session, { intended: { databases = {} } }, server, backup) {
    const own = databases[server.database];
    if (own !== undefined) return restoreSnapshot(session, own, server, backup);
    const message = `the stack's output \`databases\` has no ${server.database}`;
    throw new LandfallError("database", message);
  },
} satisfies BackupsAdapter;

/** A database's snapshots that are whole, RDS's own among them. */
export async function snapshotsOf(
  env: PlatformEnv,
  region: string,
  server: string,
): Promise<DBSnapshot[]> {
  try {
    return await using(new RDSClient(clientSettings(env, region)), async (client) => {
      const all: DBSnapshot[] = [];
      const asked = { DBInstanceIdentifier: server };
      for await (const { DBSnapshots: found = [] } of paginateDescribeDBSnapshots(
        { client },
        asked,
      ))
        all.push(...found);
      return all.filter(({ Status: status }) => status === "available");
    });
  } catch (error) {
    throw awsFailure(error, `listing the snapshots of ${server}`);
  }
}

function ownedBy({ state }: Deployed, { name }: DatabaseServer): Owned {
  const found = owned(state, databaseType).find((each) => textOf(each, "identifier") === name);
  if (found !== undefined) return found;
  throw new LandfallError("database", `the stack has no database ${name}`);
}

/** A snapshot goes on at RDS whoever stops waiting for it; it is listed once it is whole. */
function available(session: PlatformSession, client: RDSClient, id: string): Promise<DBSnapshot> {
  return untilReady(session, { what: `snapshot ${id}`, timeoutMs }, async () => {
    const request = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id });
    const { DBSnapshots: [snapshot] = [] } = await client.send(request);
    const { Status: status = "unknown", PercentProgress: percent = 0 } = snapshot ?? {};
    if (snapshot !== undefined && status === "available") return { ready: snapshot, state: status };
    return { state: status === "failed" ? status : `${status} (${percent} %)` };
  });
}

function shown(
  { DBSnapshotIdentifier: id = "", SnapshotCreateTime: at, AllocatedStorage: gib }: DBSnapshot,
  place: string,
): DatabaseBackup {
  return {
    ...{ id, place, takenAt: (at ?? new Date(0)).toISOString() },
    ...(gib === undefined ? {} : { size: gib * 1024 ** 3 }),
  };
}
