import type { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import type { StackState } from "../engine/state";
import type { EventBody } from "../events";
import { readIntended } from "../intended";
import { AttemptedMigrations } from "../migrations/tasks";
import { observe } from "../observe";
import type { UpArgs } from "../operations";
import type { ReleaseRecord } from "../release";
import type { Observation, Verdict } from "../results";
import type { StepOutcome } from "../rollout/sequence";
import { engineRun, reading } from "../session";
import type { EngineOutcome, Session } from "../session";
import { outcomeOf } from "../verbs/outcome";
import { learnSecrets } from "../verbs/prepare";
import { verdictOn } from "./judgement";
import { together } from "../together";

const defaultVerifySeconds = 15;

/** One run of the engine, and what was seen after it. */
export interface Step extends StepOutcome {
  outcome: EngineOutcome;
  base: Awaited<ReturnType<typeof outcomeOf>>;
  observation: Observation;
  /** The stack's state after it. */
  state: StackState;
  verdict: Verdict;
  error?: ErrorInfo;
  /** The migrations of what it has set out for, by job. */
  migrations: NonNullable<ReleaseRecord["migrations"]>;
  /** When the router was first and last told anything, in milliseconds since 1970; undefined when it was not. */
  routedFrom?: number;
  routedAt?: number;
}

export interface StepOptions {
  /** Config file to take instead of the stack's own. */
  configFile?: string;
  /** URNs of resources to make anew though nothing of them has changed. */
  replace?: string[];
  /** Image ids that must be running in the end, by service. */
  expectedDigests?: Record<string, string>;
  /** Whether some of these services need not be there. @default false */
  mayLack?: boolean;
}

/**
 * Runs the engine once and looks at what runs then.
 * @throws Stopped when it was cancelled, or refused before anything began
 */
export async function runStep(session: Session, args: UpArgs, options: StepOptions): Promise<Step> {
  const { context, workspace } = session;
  const startedAt = context.clock.now();
  const { configFile, replace } = options;
  const routed: Pick<Step, "routedFrom" | "routedAt"> = {};
  const attempted = new AttemptedMigrations();
  const outcome = await context.phase("update", async () => {
    const run = await engineRun(
      session,
      args.wait ?? 0,
      (onEvent) =>
        workspace.up({
          ...runOptions(args, context),
          ...(configFile === undefined ? {} : { configFile }),
          ...(replace === undefined ? {} : { replace }),
          onEvent: (event) => {
            attempted.see(event);
            onEvent(event);
          },
        }),
      (event) => {
        if (!isRouting(event)) return;
        routed.routedFrom ??= context.clock.now();
        if (event.state === "done") routed.routedAt = context.clock.now();
      },
    );
    if (run.error?.code === "cancelled" || isRefusal(run)) throw new Stopped(run, run.error);
    return run;
  });
  const seen = await context.phase("verify", async () => {
    const [state, base] = await together([
      reading(session, () => workspace.state()),
      outcomeOf(session, outcome, startedAt),
    ]);
    learnSecrets(session, state);
    const intended = readIntended(state.outputs);
    const timeoutSeconds = outcome.error ? 0 : (args.verifyTimeout ?? defaultVerifySeconds);
    const observation = await observe(context, intended, { env: session.env, timeoutSeconds });
    return { state, intended, base, observation, migrations: attempted.beside(state) };
  });
  const { intended, base, observation } = seen;
  const judged = verdictOn(outcome, observation, base.changes, options, intended);
  return {
    ...seen,
    ...judged,
    outcome,
    good: judged.verdict === "deployed" || judged.verdict === "unchanged",
    durationMs: Math.round(context.clock.now() - startedAt),
    ...(routed.routedAt === undefined ? {} : routed),
  };
}

function isRouting(event: EventBody): event is Extract<EventBody, { kind: "resource" }> {
  return (
    event.kind === "resource" &&
    event.type === "pulumi-nodejs:dynamic/landfall:Route" &&
    event.op !== "same" &&
    !event.planned
  );
}

/** The update ended without a verdict. */
export class Stopped extends Error {
  constructor(
    readonly run: EngineOutcome,
    readonly reason: LandfallError | undefined,
  ) {
    super(reason?.message);
  }
}

/** Errors that mean that nothing was begun: thrown, not judged, and not worth a release. */
const refusals: readonly LandfallError["code"][] = [
  ...(["usage", "config", "stack_not_found", "locked", "wrong_passphrase"] as const),
  ...(["backend_unreachable", "toolchain", "pending_operations", "refused"] as const),
];

export function isRefusal({ translator, error }: EngineOutcome): boolean {
  return error !== undefined && (!translator.began || refusals.includes(error.code));
}

function runOptions(
  { parallel, message, refresh }: UpArgs,
  { redactor }: Session["context"],
): {
  parallel?: number;
  message?: string;
  refresh?: boolean;
} {
  return {
    ...(parallel === undefined ? {} : { parallel }),
    // The engine keeps it in its own history, in plain.
    ...(message === undefined ? {} : { message: redactor.text(message) }),
    ...(refresh === undefined ? {} : { refresh }),
  };
}
