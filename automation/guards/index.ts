import type { UpArgs } from "../operations";
import { packOf } from "../policyPack";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";
import type { Proposal } from "../update/plan";
import { dataLossGuard } from "./dataLoss";
import { freezeGuard } from "./freeze";
import { promotionGuard } from "./promotion";
import { savedPlanGuard } from "./savedPlan";

/** What guards ask of an update that they admit. */
export interface Admission {
  /** What is written into its release. */
  recorded?: Pick<ReleaseRecord, "freezeOverride" | "allowedDataLoss" | "plan">;
  /** The steps that it may take, by URN; undefined where it may take any. */
  planned?: ReadonlyMap<string, string>;
}

/** Looks at an update before anything of it begins. @throws RefusedError when it must not happen */
export type Guard = (session: Session, args: UpArgs, proposal: Proposal) => Promise<Admission>;

/** Asked in this order: what is cheap to find out comes first. */
const guards: readonly Guard[] = [freezeGuard, savedPlanGuard, promotionGuard, dataLossGuard];

/** Lets an update begin, or throws what forbids it. Policies and a plan hold while it runs, too. */
export async function admit(
  session: Session,
  args: UpArgs,
  proposal: Proposal,
): Promise<Admission> {
  let all: Admission = {};
  for (const guard of guards) {
    session.context.check();
    const admission = await guard(session, args, proposal);
    all = { ...all, ...admission, recorded: { ...all.recorded, ...admission.recorded } };
  }
  const pack = packOf(session, proposal.prepared.config);
  session.workspace.oversee({
    policyPacks: pack === undefined ? [] : [pack.dir],
    ...(all.planned === undefined ? {} : { planned: all.planned }),
  });
  return all;
}
