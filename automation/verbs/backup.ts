import { RefusedError, UsageError } from "../errors";
import { refuseFrozen } from "../freeze";
import { readIntended } from "../intended";
import { nearest } from "../nearest";
import type { BackupArgs, RestoreArgs } from "../operations";
import { platformOf } from "../platforms";
import type { BackupsAdapter, DatabaseServer, Deployed } from "../platforms";
import type { BackupResult, DatabaseBackup, RestoreResult } from "../results";
import { waitForLock } from "../session";
import type { Session } from "../session";
import { readStack } from "./prepare";
import { chosen } from "./readOnly";

interface Subject {
  platform: BackupsAdapter;
  deployed: Deployed;
  server: DatabaseServer;
}

/** Copies a whole database, or lists the copies that are there. */
export async function backup(session: Session, args: BackupArgs): Promise<BackupResult> {
  const { context, stack } = session;
  const startedAt = context.clock.now();
  const subject = await subjectOf(session, args.database);
  const { platform, deployed, server } = subject;
  const taken =
    args.list === true
      ? undefined
      : await locked(session, args.wait, () => platform.take(session, deployed, server));
  return {
    ...{ stack, database: server.database },
    ...(taken === undefined ? {} : { taken }),
    backups: await platform.list(session, deployed, server),
    durationMs: Math.round(context.clock.now() - startedAt),
  };
}

/** Puts a copy of a database in its place, with nobody deploying meanwhile. */
export async function restore(session: Session, args: RestoreArgs): Promise<RestoreResult> {
  const { context, stack } = session;
  const startedAt = context.clock.now();
  const { platform, deployed, server } = await subjectOf(session, args.database);
  const { database } = server;
  const found = wanted(args.backup, await platform.list(session, deployed, server));
  if (args.allowDataLoss?.includes(database) !== true) {
    throw new RefusedError(
      `what was written to ${database} since ${found.takenAt} would be out of reach`,
      { fix: `If that is meant, allow it with --allow-data-loss ${database}.` },
    );
  }
  await refuseFrozen(session, args.overrideFreeze);
  const kept = await locked(session, args.wait, () =>
    platform.restore(session, deployed, server, found),
  );
  const durationMs = Math.round(context.clock.now() - startedAt);
  return { stack, database, backup: found, kept, durationMs };
}

async function subjectOf(session: Session, database: string | undefined): Promise<Subject> {
  const { state } = await readStack(session, { create: false });
  const deployed = { state, intended: readIntended(state.outputs) };
  const { backups: platform } = await platformOf(deployed);
  const server = chosen(await platform.databases(session, deployed), database);
  return { platform, deployed, server };
}

async function locked<T>(session: Session, wait = 0, work: () => Promise<T>): Promise<T> {
  const { context, locks } = session;
  await waitForLock(session, context.clock.now() + wait * 1000, wait);
  return locks === undefined ? work() : locks.hold(work);
}

function wanted(id: string, backups: readonly DatabaseBackup[]): DatabaseBackup {
  const found = backups.find((each) => each.id === id);
  if (found !== undefined) return found;
  const ids = backups.map((each) => each.id);
  const meant = nearest(id, ids);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const list = ids.length === 0 ? "there is none" : `there are ${ids.slice(0, 10).join(", ")}`;
  throw new UsageError([{ path: "backup", message: `no backup is called ${id}: ${list}${hint}` }]);
}
