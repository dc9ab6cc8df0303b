import type { RecoveryAction, SettledRelease } from "../../results";

const done: Record<RecoveryAction["action"], string> = {
  "lock-cleared": "cleared the lock",
  "pending-cleared": "cleared the pending operation on",
  "container-removed": "removed the container",
  "network-removed": "removed the network",
  "release-settled": "settled",
};

/** What was mended, and why. */
export function recoveryText({
  action,
  subject,
  detail,
}: Pick<RecoveryAction, "action" | "subject" | "detail">): string {
  // A lock's file means nothing to people, unlike the other subjects.
  const what = action === "lock-cleared" ? done[action] : `${done[action]} ${subject}`;
  return `${what}: ${detail}`;
}

/** What a release came to that had been left without a verdict. */
export function settledText({ release, from, to, detail }: SettledRelease): string {
  const words = (state: string): string => state.replace("_", " ");
  return from === to
    ? `release ${release} stays ${words(to)}: ${detail}`
    : `release ${release} was ${words(from)} and is ${words(to)}: ${detail}`;
}
