import { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import { readIntended } from "../intended";
import type { Intended } from "../intended";
import { observe } from "../observe";
import type { UpArgs } from "../operations";
import { readConfigFile } from "../project";
import { maker, processOf, provenance } from "../provenance";
import { currentRelease, sameContent } from "../release";
import type { ReleaseDraft, ReleaseRecord } from "../release";
import type { Changes, Observation, RecoveryAction, UpResult, Verdict } from "../results";
import { engineRun, reading } from "../session";
import type { EngineOutcome, Session } from "../session";
import { judge } from "../verdict";
import { changed, outcomeOf } from "./outcome";
import { learnSecrets, prepare } from "./prepare";

/** How an update differs between `up` and `rollback`. */
export interface UpdatePlan {
  kind: "up" | "rollback";
  /** Config file to take instead of the stack's own, and its text. */
  config?: { file: string; text: string };
  rollbackTo?: number;
  /** Image ids that must be running in the end, by service. */
  expectedDigests?: Record<string, string>;
}

const defaultVerifySeconds = 15;

/** Errors that mean that nothing was begun: thrown, not judged, and not worth a release. */
const refusals: readonly LandfallError["code"][] = [
  ...(["usage", "config", "stack_not_found", "locked", "wrong_passphrase"] as const),
  ...(["backend_unreachable", "toolchain", "pending_operations", "refused"] as const),
];

/** Deploys the working tree's program with the stack's config. */
export function up(session: Session, args: UpArgs): Promise<UpResult> {
  return update(session, args, { kind: "up" });
}

/** One update from lock to verdict, recorded as a release. */
export async function update(session: Session, args: UpArgs, plan: UpdatePlan): Promise<UpResult> {
  const { context, store, workspace } = session;
  const startedAt = context.clock.now();
  const { recovered } = await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: plan.kind === "up",
    readOnly: false,
    checkConfig: true,
    ...(plan.config === undefined ? {} : { configFile: plan.config.file }),
  });
  const draft = await draftOf(session, args, plan);
  const record = await store.begin(draft);
  const outcome = await context
    .phase("update", async () => {
      const run = await engineRun(session, args.wait ?? 0, (onEvent) =>
        workspace.up({ ...runOptions(args), ...configOption(plan), onEvent }),
      );
      if (run.error?.code === "cancelled" || isRefusal(run)) throw new Stopped(run, run.error);
      return run;
    })
    .catch((error: unknown) => abandon(session, record, error));
  try {
    return await conclude(session, { args, plan, record, outcome, recovered, startedAt });
  } catch (error) {
    await leave(session, record, outcome, error);
    throw error;
  }
}

interface Finished {
  args: UpArgs;
  plan: UpdatePlan;
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
    probes: observation.probes,
    unverified: observation.unverified,
    urls: intended.urls,
    recovered,
    ...(error === undefined ? {} : { error }),
  };
}

function verdictOn(
  { error }: EngineOutcome,
  observation: Observation,
  changes: Changes,
  { expectedDigests = {} }: UpdatePlan,
  { services = {} }: Intended,
): { verdict: Verdict; error?: ErrorInfo } {
  if (error) return { verdict: "failed", error: error.toJSON() };
  const wrong = Object.entries(expectedDigests).filter(
    ([name, digest]) => services[name]?.digest !== digest,
  );
  if (wrong.length > 0) {
    const problems = wrong.map(([path, digest]) => ({
      path,
      message: `runs ${services[path]?.digest ?? "nothing"}, and the release ran ${digest}`,
    }));
    const lines = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    const message = `the program did not take the release's images from its config \`images\`: ${lines}`;
    return {
      verdict: "failed",
      error: new LandfallError("not_running", message, { problems }).toJSON(),
    };
  }
  return judge(observation, changed(changes));
}

interface Conclusion {
  verdict: Verdict;
  error: ErrorInfo | undefined;
  intended: Intended;
  observation: Observation;
  changes: Changes;
}

/** Finishes the record. One that only repeats the release that runs is not kept: its number is returned instead. */
async function keep(
  { store, context }: Session,
  record: ReleaseRecord,
  { verdict, error, intended, observation, changes }: Conclusion,
): Promise<number | undefined> {
  const finishedAt = context.clock.now();
  const finished: ReleaseRecord = {
    ...record,
    state: verdict,
    finishedAt: new Date(finishedAt).toISOString(),
    durationMs: Math.round(finishedAt - Date.parse(record.startedAt)),
    images: imagesOf(intended),
    changes,
    services: observation.services,
    probes: observation.probes,
    ...(intended.migrationHead === undefined ? {} : { migrationHead: intended.migrationHead }),
    ...(error === undefined ? {} : { error }),
  };
  if (verdict === "unchanged" && record.kind === "up") {
    const earlier = (await store.list()).filter(({ number }) => number !== record.number);
    const current = currentRelease(earlier);
    if (current !== undefined && sameContent(current, finished)) {
      await store.discard(record.number);
      return current.number;
    }
  }
  // The config goes in as the file has it: its secrets are encrypted, and a changed copy could not be deployed.
  await store.finish({ ...context.redactor.data(finished), config: record.config });
  return record.number;
}

function imagesOf({ services = {} }: Intended): ReleaseRecord["images"] {
  return Object.fromEntries(
    Object.entries(services).map(([name, { image, digest, revision }]) => [
      name,
      { image, digest, revision },
    ]),
  );
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

/** Finishes the record of an update that began but got no verdict. */
async function leave(
  { store, context }: Session,
  record: ReleaseRecord,
  { translator }: EngineOutcome,
  reason: unknown,
): Promise<void> {
  const now = context.clock.now();
  const known = reason instanceof LandfallError ? reason : undefined;
  await store.finish({
    ...record,
    state: known?.code === "cancelled" ? "cancelled" : "unverified",
    finishedAt: new Date(now).toISOString(),
    durationMs: Math.round(now - Date.parse(record.startedAt)),
    changes: translator.changes,
    ...(known === undefined ? {} : { error: context.redactor.data(known.toJSON()) }),
  });
}

async function draftOf(session: Session, args: UpArgs, plan: UpdatePlan): Promise<ReleaseDraft> {
  const { context, project, stack, shortStack, env } = session;
  const [program, own] = await Promise.all([
    provenance(project.dir, env),
    plan.config?.text ?? readConfigFile(project, stack),
  ]);
  return {
    kind: plan.kind,
    project: project.name,
    stack: shortStack,
    startedAt: new Date(context.clock.now()).toISOString(),
    by: maker(env),
    process: processOf(),
    program,
    config: own ?? "",
    images: {},
    services: [],
    probes: [],
    ...(args.message === undefined ? {} : { message: context.redactor.text(args.message) }),
    ...(plan.rollbackTo === undefined ? {} : { rollbackTo: plan.rollbackTo }),
  };
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

function configOption({ config }: UpdatePlan): { configFile?: string } {
  return config === undefined ? {} : { configFile: config.file };
}
