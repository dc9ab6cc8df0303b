import type { StackState } from "../engine/state";
import { LandfallError, RefusedError } from "../errors";
import { readIntended } from "../intended";
import { platformOf } from "../platforms";
import type { Deployed, MigrationsAdapter } from "../platforms";
import type { KnownBackup } from "../../components/migrations/status";
import type { Session } from "../session";
import type { Resolution } from "./resolve";
import { migratingTasks } from "./tasks";
import type { JobWayBack } from "./wayBack";

/** What was done to a schema so that an earlier release's code works with it. */
export interface SchemaChange {
  job: string;
  kind: "migrated-down" | "restored";
  from: string | undefined;
  to: string;
  /** The last lines of what undid the migrations. */
  output?: string;
  /** Backup that was put back. */
  backup?: string;
  /** Name under which the database stays as it was before. */
  kept?: string;
}

/**
 * Brings the schemas back, before the code: the earlier code would not start on them as they are. The code that runs
 * meanwhile is the one that the migrations were made with, and mostly works with what they took away being there again.
 */
export async function carryOut(
  session: Session,
  state: StackState,
  ways: readonly JobWayBack[],
): Promise<SchemaChange[]> {
  const { context } = session;
  const deployed = { state, intended: readIntended(state.outputs) };
  const done: SchemaChange[] = [];
  for (const way of ways) {
    if (way.resolution.kind === "safe") continue;
    context.check();
    const { migrations: platform } = await platformOf(deployed);
    const change = await context.phase("migrate", () =>
      changed({ session, deployed, platform }, way, way.resolution),
    );
    context.emit({
      kind: "diagnostic",
      severity: "info",
      ephemeral: false,
      message: wordsOf(change),
    });
    done.push(change);
  }
  return done;
}

interface Place {
  session: Session;
  deployed: Deployed;
  platform: MigrationsAdapter;
}

async function changed(
  place: Place,
  way: JobWayBack,
  resolution: Resolution,
): Promise<SchemaChange> {
  switch (resolution.kind) {
    case "needs-down-migration":
      return migratedDown(place, way, resolution);
    case "needs-restore":
      return restored(place, way, resolution.backup);
    default:
      throw new RefusedError(resolution.reason);
  }
}

/** With the image that has the files, which need not be the one that runs, and the environment of the last run. */
async function migratedDown(
  { session, deployed, platform }: Place,
  { job, head, migrations }: JobWayBack,
  { downTo }: Extract<Resolution, { kind: "needs-down-migration" }>,
): Promise<SchemaChange> {
  const ran = migratingTasks(deployed.state).get(job);
  if (ran === undefined || migrations?.downCommand === undefined) {
    throw new RefusedError(`${job}: nothing tells how its migrations are undone`);
  }
  const command = [...migrations.downCommand, downTo];
  const undoing = { job, ran, migrations, command, downTo };
  const output = await failing(`${job} could not be undone to ${downTo}`, () =>
    platform.undo(session, deployed, undoing),
  );
  return { job, kind: "migrated-down", from: head, to: downTo, output };
}

async function restored(
  { session, deployed, platform }: Place,
  { job, head, migrations }: JobWayBack,
  backup: KnownBackup,
): Promise<SchemaChange> {
  if (migrations === undefined) throw new RefusedError(`${job}: nothing tells of its database`);
  const kept = await failing(job, () => platform.restore(session, deployed, migrations, backup));
  return { job, kind: "restored", from: head, to: backup.head, backup: backup.id, kept };
}

/** A refusal has changed nothing; whatever else fails may have. */
async function failing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof RefusedError) throw new RefusedError(`${what}: ${why}`, { cause });
    if (cause instanceof LandfallError && cause.code === "cancelled") throw cause;
    throw new LandfallError("migration_failed", `${what}: ${why}`, { cause });
  }
}

function wordsOf({ job, kind, from = "unknown", to, backup, kept }: SchemaChange): string {
  const words =
    kind === "restored"
      ? `backup ${backup ?? ""} was put back; the database as it was stays as ${kept ?? ""}`
      : "its migrations were undone";
  return `${job}: ${words} (${from} to ${to})`;
}
