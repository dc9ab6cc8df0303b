import type { RefreshArgs } from "../operations";
import type { RefreshResult } from "../results";
import { engineRun } from "../session";
import type { Session } from "../session";
import { outcomeOf } from "./outcome";
import { prepare } from "./prepare";

/** Brings the state in line with what is really there; pending creations that cannot be mended are cleared. */
export async function refresh(session: Session, args: RefreshArgs): Promise<RefreshResult> {
  const { context, workspace } = session;
  const startedAt = context.clock.now();
  const dryRun = args.dryRun === true;
  await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: false,
    readOnly: true,
    checkConfig: false,
  });
  const outcome = await context.phase("refresh", async () => {
    const run = await engineRun(session, args.wait ?? 0, (onEvent) =>
      workspace.refresh({
        dryRun,
        clearPendingCreates: !dryRun,
        ...(args.parallel === undefined ? {} : { parallel: args.parallel }),
        onEvent,
      }),
    );
    if (run.error) throw run.error;
    return run;
  });
  return { ...(await outcomeOf(session, outcome, startedAt)), dryRun, recovered: [] };
}
