import type { UpArgs } from "../operations";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";
import type { Proposal } from "../update/plan";
import { dataLossGuard } from "./dataLoss";
import { freezeGuard } from "./freeze";

/** What guards ask of an update that they admit. */
export interface Admission {
  /** What is written into its release. */
  recorded?: Pick<ReleaseRecord, "freezeOverride" | "allowedDataLoss" | "plan">;
}

/** Looks at an update before anything of it begins. @throws RefusedError when it must not happen */
export type Guard = (session: Session, args: UpArgs, proposal: Proposal) => Promise<Admission>;

/** Asked in this order: what is cheap to find out comes first. */
const guards: readonly Guard[] = [freezeGuard, dataLossGuard];

/** Lets an update begin, or throws what forbids it. */
export async function admit(
  session: Session,
  args: UpArgs,
  proposal: Proposal,
): Promise<Admission> {
  let recorded: Admission["recorded"] = {};
  for (const guard of guards) {
    session.context.check();
    recorded = { ...recorded, ...(await guard(session, args, proposal)).recorded };
  }
  return { recorded };
}
