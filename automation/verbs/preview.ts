import { resolve } from "node:path";

import { dataLosses } from "../dataHolders";
import { lossText } from "../dataLossError";
import type { EngineEvent, StepMetadata } from "../engine/types";
import type { PreviewArgs } from "../operations";
import { packOf } from "../policyPack";
import type { DataLoss, PreviewResult } from "../results";
import { planOf, writePlan } from "../savedPlan";
import { engineRun } from "../session";
import type { EngineOutcome, Session } from "../session";
import { changed, outcomeOf } from "./outcome";
import { prepare } from "./prepare";

/** Shows what an update would change. Makes the stack where only its config file is there yet. */
export async function preview(session: Session, args: PreviewArgs): Promise<PreviewResult> {
  const { context } = session;
  const startedAt = context.clock.now();
  const { state, config } = await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: true,
    readOnly: true,
    checkConfig: true,
  });
  const pack = packOf(session, config);
  const packs = pack === undefined ? {} : { policyPacks: [pack.dir] };
  const outcome = await runPreview(session, { ...args, ...packs });
  const dataLoss = dataLosses(outcome.steps, state.resources);
  warnOfLosses(session, dataLoss);
  const base = await outcomeOf(session, outcome, startedAt);
  const result = { ...base, changed: changed(base.changes), dataLoss };
  if (args.save === undefined) return result;
  const file = resolve(args.save);
  context.check();
  await writePlan(file, await planOf(session, { state, config }, outcome.steps, file));
  return { ...result, saved: file };
}

export function warnOfLosses({ context }: Session, losses: readonly DataLoss[]): void {
  for (const loss of losses) {
    const message = `data loss: ${lossText(loss)}`;
    context.emit({ kind: "diagnostic", severity: "warning", ephemeral: false, message });
  }
}

export interface PreviewOptions extends PreviewArgs {
  configFile?: string;
  policyPacks?: string[];
  /** Whether nothing is told but that it goes on: for a look before an update that tells it all. */
  quiet?: boolean;
}

/** What a preview came to, and the engine's own steps. */
export interface Previewed extends EngineOutcome {
  steps: StepMetadata[];
}

/** Runs a preview, with another config file if so wanted. @throws LandfallError when it fails */
export async function runPreview(
  session: Session,
  { parallel, refresh, wait = 0, configFile, policyPacks, quiet = false }: PreviewOptions,
): Promise<Previewed> {
  const options = {
    ...(parallel === undefined ? {} : { parallel }),
    ...(refresh === undefined ? {} : { refresh }),
    ...(configFile === undefined ? {} : { configFile }),
    ...(policyPacks === undefined ? {} : { policyPacks }),
  };
  const steps: StepMetadata[] = [];
  const run = await session.context.phase("preview", () =>
    engineRun(
      session,
      wait,
      (onEvent) => {
        const listen = (event: EngineEvent): void => {
          if (event.resourcePreEvent) steps.push(event.resourcePreEvent.metadata);
          onEvent(event);
        };
        return session.workspace.preview({ ...options, onEvent: listen });
      },
      undefined,
      quiet,
    ),
  );
  if (run.error) throw run.error;
  return { ...run, steps };
}
