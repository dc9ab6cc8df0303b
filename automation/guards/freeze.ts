import { refuseFrozen } from "../freeze";
import type { Guard } from ".";

/** No deploys of a frozen stack, unless a reason overrides it. */
export const freezeGuard: Guard = async (session, { overrideFreeze }) => {
  const freeze = await refuseFrozen(session, overrideFreeze);
  if (freeze === undefined || overrideFreeze === undefined) return {};
  return { recorded: { freezeOverride: { reason: overrideFreeze, freeze: freeze.reason } } };
};
