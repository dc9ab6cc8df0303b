import type { PreviewArgs } from "../operations";
import type { PreviewResult } from "../results";
import { engineRun } from "../session";
import type { Session } from "../session";
import { changed, outcomeOf } from "./outcome";
import { prepare } from "./prepare";

/** Shows what an update would change. Makes the stack where only its config file is there yet. */
export async function preview(session: Session, args: PreviewArgs): Promise<PreviewResult> {
  const { context } = session;
  const startedAt = context.clock.now();
  await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: true,
    readOnly: true,
    checkConfig: true,
  });
  const outcome = await runPreview(session, args);
  const base = await outcomeOf(session, outcome, startedAt);
  return { ...base, changed: changed(base.changes) };
}

/** Runs a preview, with another config file if so wanted. @throws LandfallError when it fails */
export async function runPreview(
  session: Session,
  { parallel, refresh, wait = 0, configFile }: PreviewArgs & { configFile?: string },
): ReturnType<typeof engineRun> {
  const options = {
    ...(parallel === undefined ? {} : { parallel }),
    ...(refresh === undefined ? {} : { refresh }),
    ...(configFile === undefined ? {} : { configFile }),
  };
  const outcome = await session.context.phase("preview", async () => {
    const run = await engineRun(session, wait, (onEvent) =>
      session.workspace.preview({ ...options, onEvent }),
    );
    if (run.error) throw run.error;
    return run;
  });
  return outcome;
}
