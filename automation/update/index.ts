import { admit } from "../guards";
import { forcedBuilds } from "../rebuild/force";
import type { UpArgs } from "../operations";
import type { ReleaseRecord } from "../release";
import type { UpResult } from "../results";
import type { Session } from "../session";
import { prepare } from "../verbs/prepare";
import { autoRollback } from "./autoRollback";
import { conclude } from "./conclude";
import { tellStopped } from "../switches/stopped";
import { Journey } from "./journey";
import type { UpdatePlan } from "./plan";
import { draftOf, leave, withoutSecrets } from "./record";
import { isRefusal, Stopped } from "./step";

/** One update from lock to verdict, recorded as a release: all steps of its rollout, and the way back if need be. */
export async function update(session: Session, args: UpArgs, plan: UpdatePlan): Promise<UpResult> {
  const { context, store } = session;
  const startedAt = context.clock.now();
  const prepared = await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: plan.kind !== "rollback",
    readOnly: false,
    checkConfig: true,
    ...(plan.config === undefined ? {} : { configFile: plan.config.file }),
    ...(plan.known === undefined ? {} : { known: plan.known }),
  });
  if (plan.kind === "up") tellStopped(session, prepared.config);
  const { recorded } = await admit(session, args, { plan, prepared });
  const forced = await forcedBuilds(session, args, plan, prepared);
  const draft = await draftOf(session, args, plan);
  const record = await store.begin({ ...draft, ...context.redactor.data(recorded) });
  const journey = new Journey(session, { args, plan, record, forced, prepared });
  try {
    await plan.onBegin?.();
    const schemaChanges = (await plan.prelude?.(prepared)) ?? [];
    if (schemaChanges.length > 0) {
      Object.assign(record, context.redactor.data({ schemaChanges }));
      // Whatever becomes of this process: the release alone tells where the database stays as it was.
      await store.finish(withoutSecrets(context, record));
    }
    await journey.run();
    const undone = journey.failure && (await autoRollback(session, args, journey));
    const traffic = await journey.traffic(undone?.step.routedAt ?? context.clock.now());
    const { recovered: mended } = prepared;
    return await conclude(session, journey, { startedAt, recovered: mended, undone, traffic });
  } catch (error) {
    return abandon(session, record, journey, error);
  }
}

/** Leaves the record of an update that was stopped as what it came to, and throws what stopped it. */
async function abandon(
  session: Session,
  record: ReleaseRecord,
  journey: Journey,
  error: unknown,
): Promise<never> {
  const reason = error instanceof Stopped ? (error.reason ?? error) : error;
  const stopped = error instanceof Stopped ? error.run : undefined;
  const began = stopped?.translator.began === true && !isRefusal(stopped);
  if (began || journey.outcomes.length > 0 || record.schemaChanges !== undefined) {
    const changes = stopped?.translator.changes ?? journey.changes;
    await leave(session, journey.recordSoFar, changes, reason);
  } else await session.store.discard(record.number);
  throw reason;
}
