import { judge } from "./judge";
import type { Objectives, Pair } from "./judge";
import {
  binomialAtMost,
  compareErrors,
  compareLatency,
  designEffect,
  exceedsShare,
  fasterThan,
  looksSlower,
  quantileLevel,
  summaryOf,
} from "./statistics";
import type { Sample } from "./statistics";

/** Numbers of requests after which it is looked whether the verdict is clear already. */
export const interimLooks = [25, 50, 100, 200, 300, 400, 600, 800, 1000, 1500] as const;

/** Part of a comparison's level that the interim looks have together; the last one has the rest. */
const interimPart = 0.2;

/** Level of the comparisons of the last look, of that of them all. */
export function lastLevel(level: number): number {
  return (1 - interimPart) * level;
}

/**
 * Chance that one of the faults that have to be caught passes early at a look: together at most 0.04, half of it where a
 * revision without an error can first be told from one with 2 %.
 */
function missAt(look: number): number {
  return look === 200 ? 0.02 : 0.002;
}

/** The faults that must not pass early: twice the share that is allowed, or than the old revision that much worse. */
const alternative = { times: 2, slower: 1.3, errors: 0.02 };

/**
 * Whether a revision is clearly good or clearly bad after some of its probe requests: a group-sequential test.
 * - Bad: an objective is broken by the exact binomial test, or it is worse than the old revision, each at its part of the
 *   level, so that all looks together raise no more false alarms than one would.
 * - Good: the objectives hold as measured, and exact tests refute every fault that the gate is there for.
 *
 * @param mayPass Whether it is looked at all whether it is good.
 */
export function clearly(
  objectives: Objectives,
  { fresh, stable }: Pair,
  level: number,
  mayPass = true,
): "good" | "bad" | undefined {
  const look = fresh.length;
  const spent = (interimPart * level) / interimLooks.length;
  const compared = objectives.compare && stable.length > 0;
  if (isBroken(objectives, fresh, spent) || (compared && isWorse(fresh, stable, spent)))
    return "bad";
  if (!mayPass) return undefined;
  const miss = missAt(look);
  const isFine =
    judge(objectives, { probe: { fresh, stable } }, level).passed &&
    keeps(objectives, fresh, stable, compared, miss) &&
    (!compared || fasterThan(fresh, stable, alternative.slower, miss));
  return isFine ? "good" : undefined;
}

interface Count {
  hits: number;
  total: number;
}

function isBroken(
  { p95Ms, errorRate }: Objectives,
  fresh: readonly Sample[],
  level: number,
): boolean {
  const slow = slowOf(fresh, p95Ms);
  const failed = failedOf(fresh);
  return (
    exceedsShare(slow.hits, slow.total, 1 - quantileLevel, level / 2).worse ||
    exceedsShare(failed.hits, failed.total, errorRate, level / 2).worse
  );
}

function isWorse(fresh: readonly Sample[], stable: readonly Sample[], level: number): boolean {
  return (
    (looksSlower(fresh, stable) && compareLatency(fresh, stable, level / 2).worse) ||
    compareErrors(summaryOf(fresh), summaryOf(stable), level / 2).worse
  );
}

/** Whether both shares are clearly below what would be a fault. */
function keeps(
  { p95Ms, errorRate }: Objectives,
  fresh: readonly Sample[],
  stable: readonly Sample[],
  compared: boolean,
  miss: number,
): boolean {
  const isBelow = ({ hits, total }: Count, share: number): boolean =>
    binomialAtMost(hits, total, Math.min(1, share)) < miss;
  const worst = compared ? summaryOf(stable).errorRate + alternative.errors : 1;
  const slow = slowOf(fresh, p95Ms);
  return (
    (p95Ms === null || isBelow(slow, alternative.times * (1 - quantileLevel))) &&
    isBelow(failedOf(fresh), Math.min(alternative.times * errorRate, worst))
  );
}

/** Answers above the objective. Those that are slow together count for fewer. */
function slowOf(samples: readonly Sample[], p95Ms: number | null): Count {
  if (p95Ms === null) return { hits: 0, total: 0 };
  const answered = samples.filter(({ failed }) => !failed);
  const effect = designEffect(answered, [], p95Ms);
  const hits = answered.filter(({ ms }) => ms > p95Ms).length;
  return { hits: Math.round(hits / effect), total: Math.round(answered.length / effect) };
}

function failedOf(samples: readonly Sample[]): Count {
  return { hits: samples.filter(({ failed }) => failed).length, total: samples.length };
}
