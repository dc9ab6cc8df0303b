/**
 * The statistics of a gate that compares two revisions. Everything here is exact or distribution-free, and plain
 * data in, plain data out: the same samples give the same judgement.
 */

/** One request as it was measured. */
export interface Sample {
  /** When it began, in milliseconds; only differences matter. */
  at: number;
  /** Time until the answer was complete. */
  ms: number;
  /** A server's fault: 5xx, or no answer. Its time counts for nothing. */
  failed: boolean;
}

/** What is told of one set of requests. */
export interface Summary {
  requests: number;
  failed: number;
  /** 0-1; 0 where there were no requests. */
  errorRate: number;
  /** Of the answers; null where there were none. */
  p50Ms: number | null;
  p95Ms: number | null;
}

/** The result of one one-sided test. */
export interface TestResult {
  p: number;
  worse: boolean;
}

export interface LatencyTest {
  /** Of the test at the median, and of that at the 95th percentile. */
  pMedian: number;
  pTail: number;
  worse: boolean;
  /** The fresh set's p95 divided by the stable one's. */
  ratio: number | null;
}

/** A revision counts as slower from this much on: smaller differences are nobody's incident. */
export const relevantSlowdown = 1.1;
/** Nor are differences below this: it is the resolution of the router's log. */
export const relevantMs = 1;
/** The quantile that is compared. */
export const quantileLevel = 0.95;
/** Requests that are close in time share what slows them down: they are taken as one block. */
const blockCount = 40;

export function summaryOf(samples: readonly Sample[]): Summary {
  const failed = samples.filter((sample) => sample.failed).length;
  const sorted = latencies(samples);
  return {
    requests: samples.length,
    failed,
    errorRate: samples.length === 0 ? 0 : failed / samples.length,
    p50Ms: rounded(quantile(sorted, 0.5)),
    p95Ms: rounded(quantile(sorted, quantileLevel)),
  };
}

/** The smallest value that at least this share of the sorted values does not exceed. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/**
 * Whether the fresh set is slower: of all answers together those above the median, and those above the 95th percentile,
 * are counted, and Fisher's exact test says how likely so many of them were the fresh set's if both were alike. The
 * first sees all requests shifted, the second the tail alone; each gets half of the level. Where requests that are close
 * in time are slow together, the counts are first made smaller by how much that inflates the variance (the design
 * effect of Rao and Scott). Slower also means a p95 that is greater by a relevant amount.
 */
export function compareLatency(
  fresh: readonly Sample[],
  stable: readonly Sample[],
  level: number,
): LatencyTest {
  const [a, b] = [latencies(fresh), latencies(stable)];
  const [freshP95, stableP95] = [quantile(a, quantileLevel), quantile(b, quantileLevel)];
  if (freshP95 === null || stableP95 === null) {
    return { pMedian: 1, pTail: 1, worse: false, ratio: null };
  }
  const [pMedian, pTail] = slowerTests(fresh, stable);
  const relevant = isRelevant(freshP95, stableP95);
  const ratio = stableP95 === 0 ? null : Number((freshP95 / stableP95).toFixed(3));
  return { pMedian, pTail, worse: relevant && Math.min(pMedian, pTail) < level / 2, ratio };
}

function isRelevant(freshP95: number, stableP95: number): boolean {
  return freshP95 >= relevantSlowdown * stableP95 && freshP95 - stableP95 >= relevantMs;
}

/** Whether the fresh set's p95 is greater by a relevant amount, be it by chance. */
export function looksSlower(fresh: readonly Sample[], stable: readonly Sample[]): boolean {
  const [a, b] = [fresh, stable].map((set) => quantile(latencies(set), quantileLevel));
  return a != null && b != null && isRelevant(a, b);
}

/**
 * Whether the fresh set is clearly faster than the stable one would be if it took so many times as long, and at least a
 * relevant amount longer: by the same tests, of which each has to say so.
 */
export function fasterThan(
  fresh: readonly Sample[],
  stable: readonly Sample[],
  factor: number,
  level: number,
): boolean {
  const shortened = fresh.map((sample) => ({
    ...sample,
    ms: Math.min(sample.ms / factor, sample.ms - relevantMs),
  }));
  return Math.max(...slowerTests(stable, shortened)) < level;
}

/** Fisher's exact test at the median and at the 95th percentile of all answers: whether the first set is slower. */
function slowerTests(first: readonly Sample[], second: readonly Sample[]): [number, number] {
  const [a, b] = [latencies(first), latencies(second)];
  const both = [...a, ...b].sort(ascending);
  const test = (share: number): number => {
    const limit = quantile(both, share) ?? 0;
    const effect = designEffect(first, second, limit);
    const scale = (count: number): number => Math.round(count / effect);
    const above = (sorted: readonly number[]): number => sorted.filter((ms) => ms > limit).length;
    return fisherGreater(scale(above(a)), scale(a.length), scale(above(b)), scale(b.length));
  };
  return [test(0.5), test(quantileLevel)];
}

/** Whether the fresh set fails more often: Fisher's exact test, one-sided. */
export function compareErrors(
  fresh: Pick<Summary, "requests" | "failed">,
  stable: Pick<Summary, "requests" | "failed">,
  level: number,
): TestResult {
  const p = fisherGreater(fresh.failed, fresh.requests, stable.failed, stable.requests);
  return { p, worse: p < level };
}

/**
 * Whether so many hits of so many say that the true share is above `share`: the exact binomial test. For traffic that
 * nobody chose the size of, where a share of few requests says little.
 */
export function exceedsShare(
  hits: number,
  total: number,
  share: number,
  level: number,
): TestResult {
  const p = binomialAtLeast(hits, total, share);
  return { p, worse: p < level };
}

/**
 * Probability that the first group has at least its number of hits, if all hits were dealt out at random
 * (hypergeometric: Fisher's exact test, one-sided).
 */
export function fisherGreater(hitsA: number, a: number, hitsB: number, b: number): number {
  const hits = hitsA + hitsB;
  const all = logChoose(a + b, hits);
  let p = 0;
  for (let k = hitsA; k <= Math.min(hits, a); k++) {
    if (hits - k > b) continue;
    p += Math.exp(logChoose(a, k) + logChoose(b, hits - k) - all);
  }
  return Math.min(1, p);
}

/** Probability of at least so many hits of so many, each with the probability `share`. */
export function binomialAtLeast(hits: number, total: number, share: number): number {
  if (hits <= 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  let p = 0;
  for (let k = hits; k <= total; k++) {
    const term = Math.exp(
      logChoose(total, k) + k * Math.log(share) + (total - k) * Math.log1p(-share),
    );
    p += term;
    if (k > share * total && term < 1e-12 * p) break;
  }
  return Math.min(1, p);
}

/** Probability of at most so many hits of so many, each with the probability `share`. */
export function binomialAtMost(hits: number, total: number, share: number): number {
  return binomialAtLeast(total - hits, total, 1 - share);
}

/**
 * By how much the variance of the fresh set's share of slow answers is greater than chance makes it, because slow
 * answers come in clusters; at least 1. From blocks of time: what each block has beyond what its sizes let expect. The
 * stable set may be empty.
 */
export function designEffect(
  fresh: readonly Sample[],
  stable: readonly Sample[],
  limit: number,
): number {
  const all = [
    ...fresh.map((sample) => ({ sample, own: true })),
    ...stable.map((sample) => ({ sample, own: false })),
  ]
    .filter(({ sample }) => !sample.failed)
    .sort((x, y) => x.sample.at - y.sample.at);
  const size = Math.ceil(all.length / blockCount);
  if (size < 4) return 1;
  const own = all.filter((each) => each.own);
  const others = all.filter((each) => !each.own);
  const slowShare = (list: typeof all): number =>
    list.filter(({ sample }) => sample.ms > limit).length / list.length;
  // Against each set's own mean: a fresh set that is slower throughout is no cluster.
  const [ownMean, otherMean] = [slowShare(own), slowShare(others)];
  const weight =
    others.length === 0
      ? { own: 1, other: 0 }
      : { own: others.length / all.length, other: own.length / all.length };
  let observed = 0;
  let expected = 0;
  for (let start = 0; start < all.length; start += size) {
    let difference = 0;
    for (const { sample, own: isOwn } of all.slice(start, start + size)) {
      const mean = isOwn ? ownMean : otherMean;
      const deviation = (sample.ms > limit ? 1 : 0) - mean;
      const factor = isOwn ? weight.own : -weight.other;
      difference += factor * deviation;
      expected += factor * factor * mean * (1 - mean);
    }
    observed += difference * difference;
  }
  return expected === 0 ? 1 : Math.max(1, observed / expected);
}

function latencies(samples: readonly Sample[]): number[] {
  return samples
    .filter(({ failed }) => !failed)
    .map(({ ms }) => ms)
    .sort(ascending);
}

function ascending(a: number, b: number): number {
  return a - b;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}

const logFactorials: number[] = [0];

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) {
    logFactorials.push((logFactorials[i - 1] ?? 0) + Math.log(i));
  }
  return logFactorials[n] ?? 0;
}
