import { LandfallError, StackNotFoundError } from "../errors";
import type { HistoryArgs } from "../operations";
import { summaryOf } from "../release";
import type { ReleaseRecord } from "../release";
import type { HistoryResult } from "../results";
import { withKnownStacks } from "../session";
import type { Session } from "../session";
import { knownStacks } from "../stacks";

/** The releases of a stack, newest first. */
export async function history(
  session: Session,
  { limit = 20 }: HistoryArgs,
): Promise<HistoryResult> {
  const releases = await releasesOf(session);
  return { stack: session.stack, releases: releases.reverse().slice(0, limit).map(summaryOf) };
}

/**
 * All releases of a stack, oldest first.
 * @throws StackNotFoundError when there is neither a release nor such a stack
 */
export async function releasesOf(session: Session): Promise<ReleaseRecord[]> {
  const { store, stack, shortStack } = session;
  const releases = await store.list();
  if (releases.length === 0 && !(await knownStacks(session)).includes(shortStack)) {
    throw await withKnownStacks(session, new StackNotFoundError(`there is no stack "${stack}"`));
  }
  return releases;
}

/**
 * One of them by its number.
 * @throws LandfallError `release_not_found`
 */
export function releaseNumbered(releases: readonly ReleaseRecord[], number: number): ReleaseRecord {
  const found = releases.find((release) => release.number === number);
  if (found !== undefined) return found;
  const known = releases.slice(-20).map((release) => release.number);
  const list = known.length === 0 ? "there are none yet" : `there are ${known.join(", ")}`;
  throw new LandfallError("release_not_found", `there is no release ${number}: ${list}`);
}
