import {
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { KnownBackup } from "../../migrations/status";
import { stampOf } from "../../stamp";
import { pause, untilNextLook } from "./cancellable";
import { clientConfig, using } from "./clients";
import { explained, isNamed, isPassing } from "./failures";
import type { EcsTaskInputs, EcsTaskSchema } from "./types";

export interface SnapshotTiming {
  /** Longest time between two looks, in milliseconds. */
  readonly intervalMs: number;
  /** Longest time until the snapshot is whole, in milliseconds: the first one of a large database is a whole copy. */
  readonly snapshotMs: number;
  /** Milliseconds since 1970, by which a database's age is told. @default this machine's clock */
  readonly now?: () => number;
}

/** Tag of a snapshot that was taken before a migration: the head that the database had. */
export const HEAD_TAG = "landfall:head";

/** A database that is younger than this holds nothing yet that its first migrations could take away. */
const NEW_MS = 24 * 3_600_000;

type Subject = Pick<EcsTaskInputs, "name" | "region" | "profile" | "schema">;

/**
 * Takes a snapshot of the database where migrations will be applied that take something away. Which ones have been applied is
 * what the last run knew: RDS is in private subnets, and the database itself is not asked.
 * @param before What ran last; undefined for a first run, whose database may be new.
 */
export async function snapshotBefore(
  subject: Subject,
  before: Subject | undefined,
  timing: SnapshotTiming,
  signal: AbortSignal,
): Promise<KnownBackup | undefined> {
  const { schema } = subject;
  if (schema?.database === undefined || !schema.backups) return undefined;
  const pending = pendingContraction(schema, before?.schema);
  if (pending === undefined) return undefined;
  signal.throwIfAborted();
  const { server } = schema.database;
  try {
    return await using(new RDSClient(clientConfig(subject)), async (client) => {
      if (before === undefined && (await isNew(client, server, timing.now))) return undefined;
      const head = before?.schema?.head ?? "unknown";
      return taken(client, { server, pending, head }, timing, signal);
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof SnapshotError ? error.message : explained(error);
    throw new Error(
      `task "${subject.name}" was not run: before ${pending}, which takes something away, database ${server} could not be copied: ${why}`,
      { cause: error },
    );
  }
}

class SnapshotError extends Error {}

function pendingContraction(
  { chain }: EcsTaskSchema,
  before: EcsTaskSchema | undefined,
): string | undefined {
  const applied = new Set(before?.chain.map(({ id }) => id));
  return chain.find(({ id, contracting }) => contracting && !applied.has(id))?.id;
}

async function isNew(
  client: RDSClient,
  server: string,
  now: () => number = Date.now,
): Promise<boolean> {
  const asked = new DescribeDBInstancesCommand({ DBInstanceIdentifier: server });
  const { DBInstances: [found] = [] } = await client.send(asked);
  return now() - (found?.InstanceCreateTime?.getTime() ?? 0) < NEW_MS;
}

async function taken(
  client: RDSClient,
  { server, pending, head }: { server: string; pending: string; head: string },
  { intervalMs, snapshotMs }: SnapshotTiming,
  signal: AbortSignal,
): Promise<KnownBackup> {
  const begun = Date.now();
  const id = `${server}-before-${labelOf(pending)}-${stampOf(begun)}`;
  const create = new CreateDBSnapshotCommand({
    DBInstanceIdentifier: server,
    DBSnapshotIdentifier: id,
    Tags: [
      { Key: "ManagedBy", Value: "landfall" },
      { Key: HEAD_TAG, Value: head },
    ],
  });
  const look = new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id });
  let isAsked = false;
  let state = "not begun";
  while (Date.now() - begun < snapshotMs) {
    try {
      if (!isAsked) await client.send(create);
      isAsked = true;
      const { DBSnapshots: [snapshot] = [] } = await client.send(look);
      state = snapshot?.Status ?? state;
      if (state === "available")
        return { id, head, takenAt: (snapshot?.SnapshotCreateTime ?? new Date()).toISOString() };
      if (state === "failed") throw new SnapshotError(`snapshot ${id} failed at RDS`);
    } catch (error) {
      // Sent again after an answer that was lost it is there already.
      isAsked ||= isNamed(error, "DBSnapshotAlreadyExists", "DBSnapshotAlreadyExistsFault");
      if (!goesBy(error)) throw error;
    }
    await pause(untilNextLook(intervalMs, Date.now() - begun), signal);
  }
  throw new SnapshotError(
    `snapshot ${id} is ${state} after ${Math.round(snapshotMs / 60_000)} min`,
  );
}

/** RDS takes no snapshot of an instance that it is just changing, and does not know everywhere at once what it has begun. */
function goesBy(error: unknown): boolean {
  const states = ["InvalidDBInstanceState", "InvalidDBInstanceStateFault"];
  const answers = ["DBSnapshotAlreadyExists", "DBSnapshotNotFound"].flatMap((name) => [
    name,
    `${name}Fault`,
  ]);
  return isNamed(error, ...states, ...answers) || isPassing(error);
}

/** As RDS names things: letters, digits and single dashes. */
function labelOf(migration: string): string {
  const label = migration.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return label.slice(0, 60).replace(/^-|-$/g, "");
}
