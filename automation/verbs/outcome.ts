import { changesOf, isUnchanged } from "../engine/translate";
import type { EventTranslator } from "../engine/translate";
import type { Changes, UpdateOutcome } from "../results";
import { reading } from "../session";
import type { EngineOutcome, Session } from "../session";

/** What every result of an update has: from the events, put right by the engine's history where they lack. */
export async function outcomeOf(
  session: Session,
  { translator }: Pick<EngineOutcome, "translator">,
  startedAt: number,
): Promise<UpdateOutcome> {
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
