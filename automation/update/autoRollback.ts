import { withConfigCopy, writeAmended } from "../configCopy";
import { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import type { UpArgs } from "../operations";
import { migrationPins } from "../migrations/pins";
import { fixOf } from "../migrations/refusal";
import { wayBack } from "../migrations/wayBack";
import type { JobWayBack } from "../migrations/wayBack";
import { pinsOf, taskPins } from "../pins";
import { recover } from "../recovery";
import { currentRelease } from "../release";
import type { ReleaseRecord } from "../release";
import type { AutoRollback } from "../results";
import { reading, waitForLock } from "../session";
import type { Session } from "../session";
import type { Journey } from "./journey";
import { runStep, Stopped } from "./step";
import type { Step } from "./step";

/** How the way back went. */
export interface Undone {
  target: ReleaseRecord;
  step: Step;
  report: AutoRollback;
  /** Why what runs now is not the earlier release either. */
  error?: ErrorInfo;
}

/**
 * Puts the last good release back, config and images: of an update that failed, nothing is left. Undefined where it
 * is turned off, where there is nothing to go back to, or where the update itself was a rollback.
 */
export async function autoRollback(
  session: Session,
  args: UpArgs,
  journey: Journey,
): Promise<Undone | undefined> {
  const { store } = session;
  const { plan, record } = journey.luggage;
  if (args.keepFailed === true || plan.kind === "rollback") return undefined;
  // The way back runs the same program, which has just done what nobody had agreed to.
  if (journey.failure?.code === "beyond_plan") return undefined;
  // What could not be looked at is not known to be bad.
  if (journey.last.verdict === "unverified") return undefined;
  const earlier = (await store.list()).filter(({ number }) => number < record.number);
  const target = currentRelease(earlier);
  if (target === undefined) return undefined;
  try {
    return await putBack(session, args, journey, target);
  } catch (error) {
    const reason = error instanceof Stopped ? error.reason : error;
    if (!(reason instanceof LandfallError) || reason.code === "cancelled") throw error;
    giveUp(journey, target, reason);
    return undefined;
  }
}

/** @throws LandfallError when it could not even begin */
async function putBack(
  session: Session,
  args: UpArgs,
  journey: Journey,
  target: ReleaseRecord,
): Promise<Undone | undefined> {
  const { context } = session;
  const startedAt = context.clock.now();
  const state = await reading(session, () => session.workspace.state());
  // An engine that died has left what the next one would stumble over: its lock, and what it had begun.
  await waitForLock(session, context.clock.now() + (args.wait ?? 0) * 1000, args.wait ?? 0);
  if (state.pending.length > 0) await context.phase("recover", () => recover(session, state));
  const ways = await wayBack(session, state, target, journey.last.migrations);
  const stuck = ways.filter(({ resolution }) => resolution.kind !== "safe");
  if (stuck.length > 0) {
    freeze(journey, target, stuck);
    return undefined;
  }
  const step = await context.phase("rollback", () =>
    withConfigCopy(session, target, async (file) => {
      await writeAmended(file, target.config, {
        ...pinsOf(target),
        ...(await taskPins(session, { state, intended: journey.last.intended }, target)),
        ...migrationPins(target, ways),
      });
      const expectedDigests = Object.fromEntries(
        Object.entries(target.images).map(([service, { digest }]) => [service, digest]),
      );
      return runStep(session, args, { configFile: file, expectedDigests });
    }),
  );
  const { exposedAt } = journey;
  const backAt = step.routedAt ?? startedAt;
  return {
    target,
    step,
    report: {
      to: target.number,
      exposedMs: exposedAt === undefined ? 0 : Math.max(0, Math.round(backAt - exposedAt)),
      durationMs: Math.round(context.clock.now() - startedAt),
    },
    ...(step.error === undefined ? {} : { error: step.error }),
  };
}

function giveUp(journey: Journey, { number }: ReleaseRecord, reason: LandfallError): void {
  const message = `${journey.failure?.message ?? ""}\nand release ${number} could not be put back: ${reason.message}`;
  journey.notRolledBack = { to: number, reason: reason.message };
  journey.failure = new LandfallError("rollback_failed", message, { cause: reason }).toJSON();
}

/** Old code on a schema that it does not work with would be worse than what is there: it stays, and people decide. */
function freeze(journey: Journey, { number }: ReleaseRecord, stuck: readonly JobWayBack[]): void {
  const { failure } = journey;
  if (failure === undefined) return;
  const reason = stuck
    .map(({ job, resolution }) => `${job}: ${resolution.kind}: ${resolution.reason}`)
    .join("; ");
  journey.notRolledBack = { to: number, reason };
  journey.failure = {
    ...failure,
    message: `${failure.message}\nfrozen: release ${number} was not put back, its code does not work with the schema as it is (${reason})`,
    fix: [...new Set([failure.fix, ...stuck.map((way) => fixOf(way))])].join(" "),
  };
}
