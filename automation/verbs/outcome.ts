import { changesOf, isUnchanged } from "../engine/translate";
import type { EventTranslator } from "../engine/translate";
import type { Changes, PhaseTiming, ResourceChange } from "../results";
import type { Diagnostic } from "../events";
import { reading } from "../session";
import type { EngineOutcome, Session } from "../session";

interface Outcome {
  stack: string;
  changes: Changes;
  resources: ResourceChange[];
  diagnostics: Diagnostic[];
  phases: PhaseTiming[];
  durationMs: number;
}

/** What every result of an update has: from the events, put right by the engine's history where they lack. */
export async function outcomeOf(
  session: Session,
  { translator }: Pick<EngineOutcome, "translator">,
  startedAt: number,
): Promise<Outcome> {
  const { context, stack } = session;
  return {
    stack,
    changes: await changesIn(session, translator),
    resources: translator.resources,
    diagnostics: translator.diagnostics,
    phases: context.phases,
    durationMs: Math.round(context.clock.now() - startedAt),
  };
}

export function changed(changes: Changes): boolean {
  return !isUnchanged(changes);
}

/** The summary event is at times missing; the history that the engine writes last is not. */
async function changesIn(session: Session, translator: EventTranslator): Promise<Changes> {
  if (translator.hasSummary || session.context.signal.aborted) return translator.changes;
  const last = await reading(session, () => session.workspace.lastUpdate()).catch(() => undefined);
  return last?.resourceChanges === undefined ? translator.changes : changesOf(last.resourceChanges);
}
