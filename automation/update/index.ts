import type { LandfallError } from "../errors";
import { admit } from "../guards";
import { readIntended } from "../intended";
import { observe } from "../observe";
import type { UpArgs } from "../operations";
import { forcedBuilds, imageOutcomes } from "../rebuild/force";
import type { ForcedBuilds } from "../rebuild/force";
import type { ReleaseRecord } from "../release";
import type { RecoveryAction, UpResult } from "../results";
import { engineRun, reading } from "../session";
import type { EngineOutcome, Session } from "../session";
import { outcomeOf } from "../verbs/outcome";
import { learnSecrets, prepare } from "../verbs/prepare";
import { verdictOn } from "./judgement";
import { configOption } from "./plan";
import type { UpdatePlan } from "./plan";
import { draftOf, keep, leave } from "./record";

const defaultVerifySeconds = 15;

/** Errors that mean that nothing was begun: thrown, not judged, and not worth a release. */
const refusals: readonly LandfallError["code"][] = [
  ...(["usage", "config", "stack_not_found", "locked", "wrong_passphrase"] as const),
  ...(["backend_unreachable", "toolchain", "pending_operations", "refused"] as const),
];

/** One update from lock to verdict, recorded as a release. */
export async function update(session: Session, args: UpArgs, plan: UpdatePlan): Promise<UpResult> {
  const { context, store, workspace } = session;
  const startedAt = context.clock.now();
  const prepared = await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: plan.kind === "up",
    readOnly: false,
    checkConfig: true,
    ...(plan.config === undefined ? {} : { configFile: plan.config.file }),
  });
  const { recovered } = prepared;
  await admit(session, args, { plan, prepared });
  const forced = await forcedBuilds(session, args, plan, prepared);
  const draft = await draftOf(session, args, plan);
  const record = await store.begin(draft);
  const outcome = await context
    .phase("update", async () => {
      const run = await engineRun(session, args.wait ?? 0, (onEvent) =>
        workspace.up({ ...runOptions(args), ...configOption(plan), replace: forced.urns, onEvent }),
      );
      if (run.error?.code === "cancelled" || isRefusal(run)) throw new Stopped(run, run.error);
      return run;
    })
    .catch((error: unknown) => abandon(session, record, error));
  try {
    return await conclude(session, { args, plan, forced, record, outcome, recovered, startedAt });
  } catch (error) {
    await leave(session, record, outcome, error);
    throw error;
  }
}

interface Finished {
  args: UpArgs;
  plan: UpdatePlan;
  forced: ForcedBuilds;
  record: ReleaseRecord;
  outcome: EngineOutcome;
  recovered: RecoveryAction[];
  startedAt: number;
}

/** Looks at what runs, gives the verdict and writes it down. */
async function conclude(session: Session, finished: Finished): Promise<UpResult> {
  const { context, workspace } = session;
  const { args, plan, record, outcome, recovered, startedAt } = finished;
  const { intended, observation, base } = await context.phase("verify", async () => {
    const [state, base] = await Promise.all([
      reading(session, () => workspace.state()),
      outcomeOf(session, outcome, startedAt),
    ]);
    learnSecrets(session, state);
    const intended = readIntended(state.outputs);
    const timeoutSeconds = outcome.error ? 0 : (args.verifyTimeout ?? defaultVerifySeconds);
    return {
      intended,
      base,
      observation: await observe(context, intended, { env: session.env, timeoutSeconds }),
    };
  });
  const { verdict, error } = verdictOn(outcome, observation, base.changes, plan, intended);
  const release = await context.phase("record", () =>
    keep(session, record, { verdict, error, intended, observation, changes: base.changes }),
  );
  return {
    ...base,
    phases: context.phases,
    durationMs: Math.round(context.clock.now() - startedAt),
    verdict,
    ...(release === undefined ? {} : { release }),
    services: observation.services,
    images: imageOutcomes(intended, base.resources, finished.forced),
    probes: observation.probes,
    unverified: observation.unverified,
    urls: intended.urls,
    recovered,
    ...(error === undefined ? {} : { error }),
  };
}

/** The update ended without a verdict. */
class Stopped extends Error {
  constructor(
    readonly run: EngineOutcome,
    readonly reason: LandfallError | undefined,
  ) {
    super(reason?.message);
  }
}

function isRefusal({ translator, error }: EngineOutcome): boolean {
  return error !== undefined && (!translator.began || refusals.includes(error.code));
}

/** Leaves the record of an update that was stopped as what it came to, and throws what stopped it. */
async function abandon(session: Session, record: ReleaseRecord, error: unknown): Promise<never> {
  const { run, reason = error } =
    error instanceof Stopped ? error : { run: undefined, reason: undefined };
  if (run?.translator.began === true && !isRefusal(run)) await leave(session, record, run, reason);
  else await session.store.discard(record.number);
  throw reason;
}

function runOptions({ parallel, message, refresh }: UpArgs): {
  parallel?: number;
  message?: string;
  refresh?: boolean;
} {
  return {
    ...(parallel === undefined ? {} : { parallel }),
    ...(message === undefined ? {} : { message }),
    ...(refresh === undefined ? {} : { refresh }),
  };
}
