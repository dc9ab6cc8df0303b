import { isHarmless } from "../guards/harmless";
import { withConfigCopy, writeAmended } from "../configCopy";
import { dataHolders, dataLosses } from "../dataHolders";
import { namesToAllow, lossText } from "../dataLossError";
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
import type { AutoRollback, DataLoss } from "../results";
import { reading, waitForLock } from "../session";
import type { Session } from "../session";
import { otherConfig } from "../verbs/prepare";
import type { Prepared } from "../verbs/prepare";
import { runPreview } from "../verbs/preview";
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
  const { context, workspace } = session;
  const { record, prepared } = journey.luggage;
  const startedAt = context.clock.now();
  const state = await reading(session, () => workspace.state());
  // An engine that died has left what the next one would stumble over: its lock, and what it had begun.
  await waitForLock(session, context.clock.now() + (args.wait ?? 0) * 1000, args.wait ?? 0);
  if (state.pending.length > 0) await context.phase("recover", () => recover(session, state));
  const ways = await wayBack(session, state, target, journey.last.migrations);
  const stuck = ways.filter(({ resolution }) => resolution.kind !== "safe");
  if (stuck.length > 0) {
    freeze(journey, target, stuck);
    return undefined;
  }
  const found = await withConfigCopy(session, target, async (file) => {
    // What its program prints are its own secrets, which this update's config may not have any more.
    const isSame = target.config === record.config;
    const config = isSame ? prepared.config : await otherConfig(session, file, state);
    await writeAmended(file, target.config, {
      ...pinsOf(target),
      ...(await taskPins(session, { state, intended: journey.last.intended }, target)),
      ...migrationPins(target, ways),
    });
    const losses = await lossesOf(session, args, { state, config, text: target.config, file });
    if (losses.length > 0) return losses;
    const expectedDigests = Object.fromEntries(
      Object.entries(target.images).map(([service, { digest }]) => [service, digest]),
    );
    return context.phase("rollback", () =>
      runStep(session, args, { configFile: file, expectedDigests }),
    );
  });
  if (Array.isArray(found)) {
    keepData(session, journey, target, found);
    return undefined;
  }
  const step = found;
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

/**
 * What the way back would take of the state's data. It is asked for as before every update; what the update was allowed
 * to lose is no leave to lose what has come into its place.
 */
async function lossesOf(
  session: Session,
  { stack, parallel, wait }: UpArgs,
  {
    text,
    file: configFile,
    ...facts
  }: Pick<Prepared, "state" | "config"> & {
    /** The config as it was deployed, and the file that holds it with what it is told beside. */
    text: string;
    file: string;
  },
): Promise<DataLoss[]> {
  const { resources } = facts.state;
  if (dataHolders(resources).length === 0 || (await isHarmless(session, facts, text))) return [];
  const { steps } = await runPreview(session, {
    ...{ stack, configFile, quiet: true },
    ...(parallel === undefined ? {} : { parallel }),
    ...(wait === undefined ? {} : { wait }),
  });
  return dataLosses(steps, resources);
}

/** Data is never given up without anybody's word: what the update has left stays, and people decide. */
function keepData(
  { stack }: Session,
  journey: Journey,
  { number }: ReleaseRecord,
  losses: readonly DataLoss[],
): void {
  const { failure } = journey;
  if (failure === undefined) return;
  const reason = `it would lose data: ${losses.map(lossText).join("; ")}`;
  const allow = namesToAllow(losses).map((name) => `--allow-data-loss ${name}`);
  const back = `landfall rollback -s ${stack} --to ${number} ${allow.join(" ")}`;
  journey.notRolledBack = { to: number, reason };
  journey.failure = {
    ...failure,
    message: `${failure.message}\nrelease ${number} was not put back, ${reason}`,
    fix: `${failure.fix} Or back that data up, and go back with \`${back}\`.`,
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
