import { withDocker } from "../../components/docker/dynamic/client";
import { flawOf, restore } from "../../components/docker/dynamic/schema/restore";
import { task } from "../../components/docker/dynamic/task";
import { dockerClient } from "../platforms/docker/client";
import type { StackState } from "../engine/state";
import { LandfallError, RefusedError } from "../errors";
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
  state: Pick<StackState, "resources">,
  ways: readonly JobWayBack[],
): Promise<SchemaChange[]> {
  const { context, env } = session;
  const done: SchemaChange[] = [];
  for (const way of ways) {
    if (way.resolution.kind === "safe") continue;
    context.check();
    const change = await context.phase("migrate", () =>
      withDocker(dockerClient(env, 0), () => changed(state, way, way.resolution)),
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

async function changed(
  state: Pick<StackState, "resources">,
  way: JobWayBack,
  resolution: Resolution,
): Promise<SchemaChange> {
  switch (resolution.kind) {
    case "needs-down-migration":
      return migratedDown(state, way, resolution);
    case "needs-restore":
      return restored(way, resolution.backup.id);
    default:
      throw new RefusedError(resolution.reason);
  }
}

/** With the image that has the files, which need not be the one that runs, and the environment of the last run. */
async function migratedDown(
  state: Pick<StackState, "resources">,
  { job, head, migrations }: JobWayBack,
  { downTo }: Extract<Resolution, { kind: "needs-down-migration" }>,
): Promise<SchemaChange> {
  const ran = migratingTasks(state).get(job);
  const { downCommand, image } = migrations ?? {};
  if (ran === undefined || downCommand === undefined || image === undefined) {
    throw new RefusedError(`${job}: nothing tells how its migrations are undone`);
  }
  const { schema: _, ...inputs } = ran.inputs;
  try {
    const command = [...downCommand, downTo];
    const { outs } = await task.create({ ...inputs, image, command, revision: `down-${downTo}` });
    return { job, kind: "migrated-down", from: head, to: downTo, output: outs.output };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LandfallError("migration_failed", `${job} could not be undone to ${downTo}: ${why}`, {
      cause,
    });
  }
}

async function restored(
  { job, head, migrations, backups }: JobWayBack,
  id: string,
): Promise<SchemaChange> {
  const backup = backups.find((each) => each.id === id);
  const database = migrations?.database;
  if (backup === undefined || database === undefined) {
    throw new RefusedError(`${job}: backup ${id} is not on this machine any more`);
  }
  const flaw = await flawOf(backup);
  if (flaw !== undefined)
    throw new RefusedError(`${job}: backup ${id} ${flaw}: nothing was changed`);
  try {
    const kept = await restore(database, backup);
    return { job, kind: "restored", from: head, to: backup.head, backup: id, kept };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LandfallError("migration_failed", `${job}: ${why}`, { cause });
  }
}

function wordsOf({ job, kind, from = "unknown", to, backup, kept }: SchemaChange): string {
  const words =
    kind === "restored"
      ? `backup ${backup ?? ""} was put back; the database as it was stays as ${kept ?? ""}`
      : "its migrations were undone";
  return `${job}: ${words} (${from} to ${to})`;
}
