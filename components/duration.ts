import type { Problems } from "./errors";

/** A length of time with its unit: `"250ms"`, `"30s"`, `"5m"`, `"1h"`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

/** An amount of memory or disk with its unit, in powers of two: `"256MB"` is 256 MiB, `"2GB"` is 2 GiB. */
export type Size = `${number}MB` | `${number}GB`;

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const MEBIBYTES = { MB: 1, GB: 1024 } as const;

/** The milliseconds of a duration, or undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS]);
}

/** The mebibytes of a size, or undefined where the text is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(MB|GB)$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * MEBIBYTES[match[2] as keyof typeof MEBIBYTES]);
}

/** A span that a duration must lie in, written as durations. */
export interface DurationRange {
  readonly min: Duration;
  readonly max: Duration;
}

/** Milliseconds of a checked duration; a mistake is noted under `path` and counts as the lower bound. */
export function milliseconds(
  value: Duration,
  path: string,
  range: DurationRange,
  problems: Problems,
): number {
  const [min, max] = [parseDuration(range.min) ?? 0, parseDuration(range.max) ?? Infinity];
  const parsed = typeof value === "string" ? parseDuration(value) : undefined;
  const rule = `must be a duration from "${range.min}" to "${range.max}", such as "30s"`;
  if (!problems.require(parsed !== undefined && parsed >= min && parsed <= max, path, rule, value))
    return min;
  return parsed ?? min;
}

/** A span that a size must lie in. */
export interface SizeRange {
  readonly min: Size;
  readonly max: Size;
}

/** Mebibytes of a checked size; a mistake is noted under `path` and counts as the lower bound. */
export function mebibytes(value: Size, path: string, range: SizeRange, problems: Problems): number {
  const [min, max] = [parseSize(range.min) ?? 0, parseSize(range.max) ?? Infinity];
  const parsed = typeof value === "string" ? parseSize(value) : undefined;
  const rule = `must be a size from "${range.min}" to "${range.max}", such as "256MB"`;
  if (!problems.require(parsed !== undefined && parsed >= min && parsed <= max, path, rule, value))
    return min;
  return parsed ?? min;
}

/** The shortest exact text that Docker prints back for a duration: `30s`, `1m30s`, `250ms`. */
export function goDuration(ms: number): string {
  if (ms < 1000 || ms % 1000 !== 0) return `${ms}ms`;
  const seconds = ms / 1000;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}
