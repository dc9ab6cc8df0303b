import { compareErrors, compareLatency, exceedsShare, summaryOf } from "./statistics";
import type { LatencyTest, Sample, Summary, TestResult } from "./statistics";

/** What a new revision is held to. */
export interface Objectives {
  p95Ms: number | null;
  /** 0-1. */
  errorRate: number;
  /** Probe requests that are needed. */
  requests: number;
  compare: boolean;
}

/** Requests of one kind, of the new revision and of the old one. */
export interface Pair {
  fresh: readonly Sample[];
  stable: readonly Sample[];
}

export interface SideBySide {
  fresh: Summary;
  /** Undefined where there was nothing to put beside it. */
  stable?: Summary;
  latency?: LatencyTest;
  errors?: TestResult;
}

export interface Judgement {
  passed: boolean;
  reason: string;
  measured: {
    probe: SideBySide;
    traffic?: SideBySide;
    /** Level of all comparisons of this gate together. */
    level: number;
    requestsWanted: number;
  };
}

/** Fewer requests of real traffic on either side are shown, and not compared. */
const leastTraffic = 20;

/**
 * Judges a revision by its objectives, and beside the old one.
 * - Probe requests: p95 and error rate as they were measured.
 * - Real traffic: an objective is broken when the exact binomial test says so at `level`; of few requests one bad is no rate.
 * - Against the old revision: one-sided tests that share `level` among them.
 *
 * @param isClear Whether fewer requests than wanted were made because the verdict was clear.
 */
export function judge(
  objectives: Objectives,
  samples: { probe: Pair; traffic?: Pair },
  level: number,
  isClear = false,
): Judgement {
  const { probe, traffic } = samples;
  const compared = objectives.compare && probe.stable.length > 0;
  const trafficCompared =
    objectives.compare &&
    traffic !== undefined &&
    Math.min(traffic.fresh.length, traffic.stable.length) >= leastTraffic;
  const each = level / Math.max(1, Number(compared) + Number(trafficCompared));
  const seen = sideBySide(probe, compared ? each : undefined);
  const real = traffic && sideBySide(traffic, trafficCompared ? each : undefined);
  const faults = [
    ...probeFaults(objectives, seen.fresh),
    ...comparisonFaults("probe requests", seen),
    ...(traffic && real ? trafficFaults(objectives, traffic.fresh, real, level) : []),
    ...(real ? comparisonFaults("real traffic", real) : []),
  ];
  const passed = faults.length === 0;
  return {
    passed,
    reason: [
      ...(passed ? [figures("probe requests", objectives, seen)] : faults),
      ...(passed && real && real.fresh.requests > 0
        ? [figures("real traffic", objectives, real)]
        : []),
      ...few(objectives, seen.fresh, isClear),
    ].join("; "),
    measured: {
      probe: seen,
      ...(real ? { traffic: real } : {}),
      level,
      requestsWanted: objectives.requests,
    },
  };
}

function sideBySide({ fresh, stable }: Pair, level: number | undefined): SideBySide {
  const own = summaryOf(fresh);
  if (stable.length === 0) return { fresh: own };
  const other = summaryOf(stable);
  if (level === undefined) return { fresh: own, stable: other };
  return {
    fresh: own,
    stable: other,
    latency: compareLatency(fresh, stable, level / 2),
    errors: compareErrors(own, other, level / 2),
  };
}

function probeFaults({ p95Ms, errorRate }: Objectives, seen: Summary): string[] {
  if (seen.requests === 0) return ["no probe request was made"];
  if (seen.failed === seen.requests)
    return [`none of ${seen.requests} probe requests was answered well`];
  return [
    ...(p95Ms !== null && seen.p95Ms !== null && seen.p95Ms > p95Ms
      ? [`p95 of ${seen.requests} probe requests is ${seen.p95Ms} ms, allowed are ${p95Ms} ms`]
      : []),
    ...(seen.errorRate > errorRate
      ? [
          `${seen.failed} of ${seen.requests} probe requests failed (${percent(seen.errorRate)}), allowed are ${percent(errorRate)}`,
        ]
      : []),
  ];
}

function trafficFaults(
  { p95Ms, errorRate }: Objectives,
  samples: readonly Sample[],
  { fresh }: SideBySide,
  level: number,
): string[] {
  const answered = samples.filter(({ failed }) => !failed);
  const slow = p95Ms === null ? 0 : answered.filter(({ ms }) => ms > p95Ms).length;
  const tooSlow = p95Ms !== null && exceedsShare(slow, answered.length, 0.05, level);
  const tooBad = exceedsShare(fresh.failed, fresh.requests, errorRate, level);
  return [
    ...(tooSlow !== false && tooSlow.worse
      ? [
          `${slow} of ${answered.length} answers of real traffic took more than ${p95Ms} ms, allowed is one in twenty (binomial test, p ${pText(tooSlow.p)})`,
        ]
      : []),
    ...(tooBad.worse
      ? [
          `${fresh.failed} of ${fresh.requests} requests of real traffic failed, allowed are ${percent(errorRate)} (binomial test, p ${pText(tooBad.p)})`,
        ]
      : []),
  ];
}

function comparisonFaults(what: string, { fresh, stable, latency, errors }: SideBySide): string[] {
  if (stable === undefined) return [];
  return [
    ...(latency?.worse === true
      ? [
          `${what}: slower than the old revision, p95 ${fresh.p95Ms} ms against ${stable.p95Ms} ms (one-sided Fisher tests at the median and at p95, p ${pText(latency.pMedian)} and ${pText(latency.pTail)})`,
        ]
      : []),
    ...(errors?.worse === true
      ? [
          `${what}: fails more often than the old revision, ${fresh.failed} of ${fresh.requests} against ${stable.failed} of ${stable.requests} (one-sided Fisher test, p ${pText(errors.p)})`,
        ]
      : []),
  ];
}

function figures(what: string, { p95Ms, errorRate }: Objectives, seen: SideBySide): string {
  const { fresh, stable, latency, errors } = seen;
  const most = p95Ms === null ? "" : ` (allowed ${p95Ms} ms)`;
  const own = `${fresh.requests} ${what}: p95 ${fresh.p95Ms ?? "-"} ms${most}, ${percent(fresh.errorRate)} failed (allowed ${percent(errorRate)})`;
  if (stable === undefined) return own;
  const other = `${stable.requests} of the old revision: p95 ${stable.p95Ms ?? "-"} ms, ${percent(stable.errorRate)} failed`;
  if (latency === undefined || errors === undefined) return `${own}; beside ${other}, not compared`;
  return `${own}; not worse than ${other} (one-sided Fisher tests: median p ${pText(latency.pMedian)}, p95 p ${pText(latency.pTail)}, errors p ${pText(errors.p)})`;
}

function few({ requests }: Objectives, { requests: made }: Summary, isClear: boolean): string[] {
  if (made === 0 || made >= requests) return [];
  return isClear
    ? [`clear after ${made} of at most ${requests} probe requests`]
    : [`judged by ${made} probe requests, ${requests} were wanted`];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function pText(p: number): string {
  return p < 0.0001 ? "< 0.0001" : p.toFixed(4);
}
