import { UsageError } from "../errors";
import { readFreeze, writeFreeze } from "../freeze";
import type { FreezeArgs } from "../operations";
import { maker } from "../provenance";
import type { Freeze, FreezeResult, UnfreezeResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** Forbids deploys of a stack, for everyone who uses its backend. */
export async function freeze(session: Session, args: FreezeArgs): Promise<FreezeResult> {
  const { context, store, stack, env } = session;
  const now = context.clock.now();
  const until = args.until === undefined ? undefined : momentOf(args.until, now);
  // A freeze of a stack that is misspelt would hold nothing.
  await readStack(session, { create: false });
  const previous = await readFreeze(store);
  const made: Freeze = {
    reason: context.redactor.text(args.reason),
    since: new Date(now).toISOString(),
    by: maker(env),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
  context.check();
  await writeFreeze(store, made);
  return { stack, freeze: made, ...(previous === undefined ? {} : { previous }) };
}

/** Allows deploys again. */
export async function unfreeze({ context, store, stack }: Session): Promise<UnfreezeResult> {
  const lifted = await readFreeze(store);
  context.check();
  await store.writeNote("freeze", undefined);
  return { stack, ...(lifted === undefined ? {} : { lifted }) };
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function momentOf(text: string, now: number): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const moment =
    count === undefined ? Date.parse(text) : now + Number(count) * (unitMs[unit ?? ""] ?? 0);
  if (moment > now && moment < 8.64e15) return moment;
  throw new UsageError([{ path: "until", message: `must be in the future, got ${text}` }]);
}
