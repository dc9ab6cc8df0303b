import type { UpArgs } from "../operations";
import type { Session } from "../session";
import type { Proposal } from "../update/plan";

/** Looks at an update before anything of it begins. @throws RefusedError when it must not happen */
export type Guard = (session: Session, args: UpArgs, proposal: Proposal) => Promise<void>;

/** Asked in this order: what is cheap to find out comes first. */
const guards: readonly Guard[] = [];

/** Lets an update begin, or throws what forbids it. */
export async function admit(session: Session, args: UpArgs, proposal: Proposal): Promise<void> {
  for (const guard of guards) {
    session.context.check();
    await guard(session, args, proposal);
  }
}
