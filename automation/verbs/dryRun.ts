import { dataLosses } from "../dataHolders";
import type { StackState } from "../engine/state";
import type { StepMetadata } from "../engine/types";
import type { UpResult } from "../results";
import type { Session } from "../session";
import { changed, outcomeOf } from "./outcome";
import { runPreview, warnOfLosses } from "./preview";

/** What a rollback or a promotion with another config file would change, as the result of one that deployed nothing. */
export async function dryRunResult(
  session: Session,
  {
    stack,
    parallel,
    wait,
  }: { stack: string; parallel?: number | undefined; wait?: number | undefined },
  configFile: string,
  { resources }: Pick<StackState, "resources">,
  check: (steps: StepMetadata[]) => void = () => undefined,
): Promise<UpResult & { dryRun: true }> {
  const startedAt = session.context.clock.now();
  const outcome = await runPreview(session, {
    stack,
    configFile,
    ...(parallel === undefined ? {} : { parallel }),
    ...(wait === undefined ? {} : { wait }),
  });
  check(outcome.steps);
  warnOfLosses(session, dataLosses(outcome.steps, resources));
  const base = await outcomeOf(session, outcome, startedAt);
  return {
    ...base,
    verdict: changed(base.changes) ? "unverified" : "unchanged",
    services: [],
    images: [],
    probes: [],
    urls: {},
    unverified: ["nothing was deployed: this was a dry run"],
    recovered: [],
    dryRun: true,
  };
}
