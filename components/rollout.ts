import type { Duration } from "./duration";
import { milliseconds } from "./duration";
import type { Problems } from "./errors";
import type { GateArgs, GateMoment, GateSpec } from "./gates";
import { normalizeGates } from "./gates";

/**
 * How a new revision takes over.
 * - `blueGreen`: all replicas beside the old ones, then one switch; the old ones stay for the bake time.
 * - `canary`: all replicas beside the old ones; traffic moves in steps.
 * - `linear`: the same in equal steps.
 * - `rolling`: one replica more of the new, one less of the old, until none is left.
 * - `recreate`: the old ones go first, for what cannot run twice; the router answers 503 with `Retry-After` meanwhile.
 */
export type Strategy = "blueGreen" | "canary" | "linear" | "rolling" | "recreate";

/**
 * How a new revision takes over from the old one. What needs several steps is done by `landfall up`, as a sequence of
 * updates of which each is safe to be the last; a plain `pulumi up` switches at once behind the readiness gate.
 */
export interface RolloutArgs {
  /** @default "blueGreen" */
  readonly strategy?: Strategy;
  /** Canary: the new revision's share of the traffic at each step, in percent, ascending. @default [5, 25, 50] */
  readonly steps?: readonly number[];
  /** Linear: how much more of the traffic the new revision gets at each step, in percent. @default 25 */
  readonly step?: number;
  /** Canary, linear and rolling: time at each step, beside the gates. @default "30s" for a canary and linear, "0s" for rolling */
  readonly pause?: Duration;
  /** Time for which the old replicas stay after the switch, without traffic, so that a rollback is only a switch. @default "0s" */
  readonly bake?: Duration;
  /** Canary and linear: keeps a client with the revision that it met first, by a cookie of this name that the router sets, or by the value of a request header. @default none */
  readonly sticky?: { readonly cookie: string } | { readonly header: string };
  /** What must hold on the way; a gate that fails rolls the release back. @default [], and for a PredictorService 100 ms at p95 and errors under 1 % */
  readonly gates?: readonly GateArgs[];
}

/** One state of the stack on the way to the new revision. */
export interface RolloutPhase {
  /** The new revision's share of the traffic, in percent. */
  readonly weight: number;
  /** Replicas of the new revision; undefined means all. */
  readonly replicas?: number;
  /** Which gates are asked here. */
  readonly moment: GateMoment;
  /** Time to stay, in milliseconds. */
  readonly pauseMs: number;
}

/** A service's rollout, checked and complete. */
export interface RolloutSpec {
  readonly strategy: Strategy;
  /** The new revision's shares on the way, in percent, below 100; undefined where they are left open. */
  readonly steps: readonly number[] | undefined;
  /** Time at each of them. */
  readonly pauseMs: number;
  /** Time for which the old revision stays after the switch. */
  readonly bakeMs: number;
  /** Empty where the switch is all that there is. */
  readonly phases: readonly RolloutPhase[];
  readonly gates: readonly GateSpec[];
  readonly sticky: { readonly cookie: string } | { readonly header: string } | undefined;
}

/** Where a service stands on its way, as the deployment SDK writes it into the stack's config. */
export interface RolloutPosition {
  /** The revision that is known to be good, and how many replicas of it run. */
  readonly stable: { readonly revision: string; readonly replicas: number };
  /** Which of the service's phases to take; past the last one, the old revision goes. */
  readonly phase: number;
}

const STRATEGIES: readonly Strategy[] = ["blueGreen", "canary", "linear", "rolling", "recreate"];

/** Fills in the defaults and notes every mistake. */
export function normalizeRollout(
  args: RolloutArgs,
  { replicas, readinessPath }: { replicas: number; readinessPath: string },
  problems: Problems,
  at = "rollout",
): RolloutSpec {
  const strategy = args.strategy ?? "blueGreen";
  const known = STRATEGIES.includes(strategy);
  problems.require(known, `${at}.strategy`, `must be one of: ${STRATEGIES.join(", ")}`, strategy);
  checkSteps(args, strategy, problems, at);
  checkStep(args, strategy, problems, at);
  checkSticky(args, strategy, problems, at);
  const span = (value: Duration, key: string): number =>
    milliseconds(value, `${at}.${key}`, { min: "0s", max: "24h" }, problems);
  const inSteps = strategy === "canary" || strategy === "linear";
  const pauseMs = span(args.pause ?? (inSteps ? "30s" : "0s"), "pause");
  const bakeMs = span(args.bake ?? "0s", "bake");
  const gates = normalizeGates(args.gates ?? [], readinessPath, problems, `${at}.gates`);
  const steps = strategy === "linear" ? equalSteps(args.step ?? 25) : args.steps;
  const timing = { pauseMs, bakeMs, replicas, steps: steps ?? [5, 25, 50] };
  const phases = phasesOf(strategy, gates, timing);
  return { strategy, steps, pauseMs, bakeMs, phases, gates, sticky: args.sticky };
}

function equalSteps(step: number): number[] {
  const count = step >= 1 ? Math.ceil(100 / step) - 1 : 0;
  return Array.from({ length: count }, (_, index) => (index + 1) * step);
}

interface Timing {
  pauseMs: number;
  bakeMs: number;
  replicas: number;
  steps: readonly number[];
}

function phasesOf(strategy: Strategy, gates: readonly GateSpec[], timing: Timing): RolloutPhase[] {
  if (strategy === "recreate") return [];
  const asked = (moment: GateMoment): boolean => gates.some(({ when }) => when.includes(moment));
  const { pauseMs, bakeMs } = timing;
  const before: RolloutPhase = { weight: 0, moment: "before", pauseMs: 0 };
  const after: RolloutPhase = { weight: 100, moment: "after", pauseMs: bakeMs };
  return [
    ...(asked("before") ? [before] : []),
    ...middle(strategy, timing).map((phase) => ({ ...phase, moment: "during" as const, pauseMs })),
    ...(asked("after") || bakeMs > 0 ? [after] : []),
  ];
}

function middle(
  strategy: Strategy,
  { steps, replicas }: Timing,
): Pick<RolloutPhase, "weight" | "replicas">[] {
  if (strategy === "canary" || strategy === "linear")
    return steps.filter((step) => step < 100).map((weight) => ({ weight }));
  if (strategy !== "rolling") return [];
  return Array.from({ length: Math.max(0, replicas - 1) }, (_, index) => ({
    weight: Math.round(((index + 1) / replicas) * 100),
    replicas: index + 1,
  }));
}

function checkSteps(args: RolloutArgs, strategy: Strategy, problems: Problems, at: string): void {
  const { steps } = args;
  if (steps === undefined) return;
  const ascending = steps.every((step, index) => step > (steps[index - 1] ?? 0) && step <= 100);
  const whole = steps.length > 0 && steps.length <= 20 && steps.every(Number.isInteger);
  const rule = "must be 1-20 ascending whole percentages from 1 to 100, such as [5, 25, 50]";
  problems.require(ascending && whole, `${at}.steps`, rule, steps);
  problems.require(strategy === "canary", `${at}.steps`, "is for the strategy canary alone", steps);
}

function checkStep(
  { step }: RolloutArgs,
  strategy: Strategy,
  problems: Problems,
  at: string,
): void {
  if (step === undefined) return;
  // Three are the least that a step of ECS can be: the same figures go everywhere.
  const fits = Number.isInteger(step) && step >= 3 && step <= 50;
  problems.require(fits, `${at}.step`, "must be a whole percentage from 3 to 50", step);
  problems.require(strategy === "linear", `${at}.step`, "is for the strategy linear alone", step);
}

function checkSticky(args: RolloutArgs, strategy: Strategy, problems: Problems, at: string): void {
  const { sticky } = args;
  if (sticky === undefined) return;
  const [key, value] = "cookie" in sticky ? ["cookie", sticky.cookie] : ["header", sticky.header];
  const fits = /^[A-Za-z][\w-]{0,62}$/.test(value);
  problems.require(
    fits,
    `${at}.sticky.${key}`,
    "must be a letter, then letters, digits, _ or -",
    value,
  );
  const inSteps = strategy === "canary" || strategy === "linear";
  problems.require(inSteps, `${at}.sticky`, "is for the strategies canary and linear alone");
}

/** The phase that a service is to take, with the revision that stays beside it; undefined: only the new one is there. */
export function currentPhase(
  { phases }: RolloutSpec,
  position: RolloutPosition | undefined,
  revision: string,
): { phase: RolloutPhase; stable: RolloutPosition["stable"] } | undefined {
  const phase = position === undefined ? undefined : phases[position.phase];
  if (position === undefined || phase === undefined) return undefined;
  const { stable } = position;
  // Back at what is known to be good, or nothing there to keep.
  if (stable.revision === revision || stable.replicas === 0) return undefined;
  return { phase, stable };
}

/** The most that a router's server can weigh. */
const maxWeight = 256;

/**
 * What each server of two sets must weigh for the new set to get its share. Rounded: the share is met to within one
 * part in 256 of the heavier set.
 */
export function serverWeights(
  share: number,
  fresh: number,
  stable: number,
): { fresh: number; stable: number } {
  const each = { fresh: share / Math.max(1, fresh), stable: (100 - share) / Math.max(1, stable) };
  const scale = maxWeight / Math.max(each.fresh, each.stable);
  const weigh = (value: number): number =>
    value === 0 ? 0 : Math.max(1, Math.round(value * scale));
  return { fresh: weigh(each.fresh), stable: weigh(each.stable) };
}
