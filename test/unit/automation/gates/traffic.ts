import type { Sample } from "../../../../automation/gates/statistics";

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Kind = keyof typeof times;

/** Times of answers in milliseconds. */
const times = {
  /** Log-normal, p95 1.6 times the median. */
  even: (next: () => number) => 20 * Math.exp(0.3 * normal(next)),
  /** Log-normal, p95 2.3 times the median. */
  usual: (next: () => number) => 20 * Math.exp(0.5 * normal(next)),
  /** Three of a hundred have a Pareto tail without a finite variance. */
  heavy: (next: () => number) => {
    const ms = 20 * Math.exp(0.35 * normal(next));
    return next() < 0.03 ? ms * 3 * (1 - next()) ** (-1 / 1.5) : ms;
  },
  /** Nine of ten from a cache. */
  cached: (next: () => number) => (next() < 0.9 ? 10 + 2 * normal(next) : 60 + 8 * normal(next)),
  /** Log-normal, but for stalls of ten requests in a row, in each set by itself. */
  stalling: (next: () => number) => 20 * Math.exp(0.3 * normal(next)),
};

export interface Injected {
  /** Factor of all times. @default 1 */
  slower?: number;
  /** Factor of the slowest tenth alone. @default 1 */
  slowerTail?: number;
  /** Share of errors. @default 0 */
  errors?: number;
}

/** Simulated requests, 25 ms apart. */
export function samples(
  kind: Kind,
  seed: number,
  count: number,
  { slower = 1, slowerTail = 1, errors = 0 }: Injected = {},
): Sample[] {
  const next = random(seed);
  const tail = slowerTail === 1 ? Infinity : tenth(kind);
  let stall = 1;
  return Array.from({ length: count }, (_, index) => {
    if (kind === "stalling" && index % 10 === 0) stall = next() < 0.03 ? 8 : 1;
    const ms = times[kind](next) * stall * slower;
    return {
      at: index * 25 + next(),
      ms: ms > tail ? ms * slowerTail : ms,
      failed: next() < errors,
    };
  });
}

const tenths = new Map<Kind, number>();

/** The time that one of ten exceeds. */
function tenth(kind: Kind): number {
  const known = tenths.get(kind);
  if (known !== undefined) return known;
  const next = random(1);
  const sorted = Array.from({ length: 20_000 }, () => times[kind](next)).sort((a, b) => a - b);
  const limit = sorted[18_000] ?? 0;
  tenths.set(kind, limit);
  return limit;
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
