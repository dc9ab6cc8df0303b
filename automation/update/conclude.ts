import type { ErrorInfo } from "../errors";
import { LandfallError } from "../errors";
import { rememberHarmless } from "../guards/harmless";
import { keepImages } from "../images/keep";
import { imageOutcomes } from "../rebuild/force";
import type {
  RecoveryAction,
  ResourceChange,
  RevisionTraffic,
  UpResult,
  Verdict,
} from "../results";
import type { Session } from "../session";
import { judge } from "../verdict";
import { changed } from "../verbs/outcome";
import type { Undone } from "./autoRollback";
import type { Journey } from "./journey";
import { keep } from "./record";

interface Arrival {
  startedAt: number;
  recovered: RecoveryAction[];
  /** How the earlier release was put back, where it was. */
  undone: Undone | undefined;
  /** What real traffic met of the new revision. */
  traffic: RevisionTraffic[] | undefined;
}

/** Gives the verdict on a whole update, and writes it down. */
export async function conclude(
  session: Session,
  journey: Journey,
  { startedAt, recovered, undone, traffic }: Arrival,
): Promise<UpResult> {
  const { context } = session;
  const { verdict, error } = verdictOf(journey, undone);
  // What runs in the end is what the way back has left.
  const { intended, observation, base, state } = undone?.step ?? journey.last;
  const { plan, prepared, record: begun } = journey.luggage;
  plan.onEnd?.(intended);
  const { changes } = journey;
  const resources = merged([...journey.outcomes, ...(undone ? [undone.step] : [])]);
  const report = {
    ...reportOf(journey),
    ...(traffic === undefined ? {} : { traffic }),
    ...(undone === undefined ? {} : { rolledBack: undone.report }),
    ...(journey.notRolledBack === undefined ? {} : { notRolledBack: journey.notRolledBack }),
  };
  const attempted = journey.last.intended;
  const release = await context.phase("record", async () => {
    const number = await keep(
      session,
      { ...journey.luggage.record, ...report },
      {
        ...{ verdict, error, intended: attempted, observation, changes },
        migrations: journey.last.migrations,
      },
    );
    await keepImages(session, { state, intended }, prepared.config);
    return number;
  });
  const isGood = verdict === "deployed" || verdict === "unchanged";
  if (isGood) await rememberHarmless(session, { state, config: prepared.config }, begun.config);
  return {
    ...base,
    ...report,
    changes,
    resources,
    phases: context.phases,
    durationMs: Math.round(context.clock.now() - startedAt),
    verdict,
    ...(release === undefined ? {} : { release }),
    services: observation.services,
    images: imageOutcomes(attempted, merged(journey.outcomes), journey.luggage.forced),
    probes: observation.probes,
    unverified: observation.unverified,
    urls: intended.urls,
    recovered,
    ...(error === undefined ? {} : { error }),
  };
}

function reportOf(journey: Journey): Pick<UpResult, "steps" | "gates" | "load"> {
  const { steps, gates, load } = journey.recordSoFar;
  return {
    ...(steps === undefined ? {} : { steps }),
    ...(gates === undefined ? {} : { gates }),
    ...(load === undefined ? {} : { load }),
  };
}

function verdictOf(
  journey: Journey,
  undone: Undone | undefined,
): { verdict: Verdict; error?: ErrorInfo } {
  const { failure, last } = journey;
  if (failure === undefined) {
    const { verdict, error } = last;
    if (verdict !== "unchanged" || !changed(journey.changes)) {
      return { verdict, ...(error === undefined ? {} : { error }) };
    }
    return judge(last.observation, true);
  }
  // A verdict that is not known is no failure, and nothing was put back for it.
  if (last.verdict === "unverified" && undone === undefined)
    return { verdict: "unverified", error: failure };
  if (undone === undefined) {
    // The platform was quicker: it has put the earlier release back by itself.
    const verdict = last.verdict === "rolled_back" ? "rolled_back" : "failed";
    return { verdict, error: failure };
  }
  if (undone.error === undefined) return { verdict: "rolled_back", error: failure };
  const also = `${failure.message}\nand release ${undone.target.number} could not be put back: ${undone.error.message}`;
  const error = new LandfallError("rollback_failed", also, {
    problems: [...(failure.problems ?? []), ...(undone.error.problems ?? [])],
  });
  return { verdict: "failed", error: error.toJSON() };
}

/** The last word on each resource. */
function merged(steps: readonly { base: { resources: ResourceChange[] } }[]): ResourceChange[] {
  const all = steps.flatMap(({ base }) => base.resources.map((each) => [each.urn, each] as const));
  return [...new Map(all).values()];
}
