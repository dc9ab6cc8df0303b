import type { HistoryArgs } from "../operations";
import { summaryOf } from "../release";
import type { HistoryResult } from "../results";
import type { Session } from "../session";
import { withKnownStacks } from "../session";
import { StackNotFoundError } from "../errors";
import { knownStacks } from "../stacks";

/** The releases of a stack, newest first. */
export async function history(
  session: Session,
  { limit = 20 }: HistoryArgs,
): Promise<HistoryResult> {
  const { store, stack, shortStack } = session;
  const releases = await store.list();
  if (releases.length === 0 && !(await knownStacks(session)).includes(shortStack)) {
    throw await withKnownStacks(session, new StackNotFoundError(`there is no stack "${stack}"`));
  }
  return { stack, releases: releases.reverse().slice(0, limit).map(summaryOf) };
}
