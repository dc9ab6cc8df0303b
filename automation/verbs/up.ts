import type { UpArgs } from "../operations";
import type { UpResult } from "../results";
import type { Session } from "../session";
import { update } from "../update";

/** Deploys the working tree's program with the stack's config. */
export function up(session: Session, args: UpArgs): Promise<UpResult> {
  return update(session, args, { kind: "up" });
}
