import type { RecoveryAction } from "../../results";

const done: Record<RecoveryAction["action"], string> = {
  "lock-cleared": "cleared the lock",
  "pending-cleared": "cleared the pending operation on",
  "container-removed": "removed the container",
  "network-removed": "removed the network",
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
