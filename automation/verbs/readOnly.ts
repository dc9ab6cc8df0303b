import { LandfallError, UsageError } from "../errors";
import type { ErrorInfo } from "../errors";
import { readIntended } from "../intended";
import { nearest } from "../nearest";
import type { ReadOnlyArgs } from "../operations";
import { platformOf } from "../platforms";
import type { DatabaseServer } from "../platforms";
import { maker, processOf, provenance } from "../provenance";
import { currentRelease } from "../release";
import type { ReadOnlyResult } from "../results";
import type { Session } from "../session";
import { withoutSecrets } from "../update/record";
import { readStack } from "./prepare";

/**
 * Has a database refuse the writes of services, or take them again; reads go on. It is in the database's catalogue, so
 * that it outlives restarts and updates of the stack.
 */
export async function readOnly(session: Session, args: ReadOnlyArgs): Promise<ReadOnlyResult> {
  const { context, stack } = session;
  const startedAt = context.clock.now();
  const { state } = await readStack(session, { create: false });
  const deployed = { state, intended: readIntended(state.outputs) };
  const { readOnly: platform } = await platformOf(deployed);
  const server = chosen(await platform.databases(session, deployed), args.database);
  const { database } = server;
  const access = platform.access(session, deployed, server);
  const shouldBeClosed = args.set === "on";
  const wasClosed = await access.isClosed();
  context.check();
  let endedSessions = 0;
  if (shouldBeClosed) endedSessions = await access.close();
  else await access.open();
  const objection = await access.objection(shouldBeClosed);
  const changed = wasClosed !== shouldBeClosed;
  const error =
    objection === undefined
      ? undefined
      : new LandfallError("database", `database ${database}: ${objection}`).toJSON();
  const durationMs = Math.round(context.clock.now() - startedAt);
  const verdict = error ? "failed" : changed ? "deployed" : "unchanged";
  const outcome = { verdict, durationMs, ...(error === undefined ? {} : { error }) } as const;
  const told = { [database]: shouldBeClosed };
  const release = changed || error ? await recorded(session, args, told, outcome) : undefined;
  return {
    ...{ stack, database, readOnly: shouldBeClosed, changed, endedSessions },
    ...outcome,
    ...(release === undefined ? {} : { release }),
  };
}

/** The database that is asked for; the only one where none is. */
export function chosen(
  found: readonly DatabaseServer[],
  asked: string | undefined,
): DatabaseServer {
  const names = found.map(({ database }) => database).sort();
  const [only] = found.filter(({ database }) => asked === undefined || database === asked);
  if (only !== undefined && (asked !== undefined || found.length === 1)) return only;
  const meant = asked === undefined ? undefined : nearest(asked, names);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const message =
    names.length === 0
      ? "the stack has no Postgres that runs"
      : `must be one of ${names.join(", ")}, got ${asked ?? "none"}${hint}`;
  throw new UsageError([{ path: "database", message }]);
}

/** A release like the one that runs: nothing of the stack changes but what its database takes. */
async function recorded(
  session: Session,
  { message }: ReadOnlyArgs,
  switched: Record<string, boolean>,
  {
    verdict,
    ...outcome
  }: { verdict: "deployed" | "failed" | "unchanged"; durationMs: number; error?: ErrorInfo },
): Promise<number> {
  const { context, store, project, shortStack, env } = session;
  const current = currentRelease(await store.list());
  const now = context.clock.now();
  const record = await store.begin({
    kind: "read-only",
    project: project.name,
    stack: shortStack,
    startedAt: new Date(now - outcome.durationMs).toISOString(),
    by: maker(env),
    process: processOf(),
    program: current?.program ?? (await provenance(project.dir, env)),
    config: current?.config ?? "",
    images: current?.images ?? {},
    services: [],
    probes: [],
    switched,
    ...(current?.builds === undefined ? {} : { builds: current.builds }),
    ...(current?.migrations === undefined ? {} : { migrations: current.migrations }),
    ...(current?.migrationHead === undefined ? {} : { migrationHead: current.migrationHead }),
    ...(message === undefined ? {} : { message: context.redactor.text(message) }),
  });
  const finishedAt = new Date(now).toISOString();
  const finished = { ...record, ...outcome, state: verdict, finishedAt };
  await store.finish(withoutSecrets(context, finished));
  return record.number;
}
