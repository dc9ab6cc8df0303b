import type { Duration } from "./duration";
import { milliseconds } from "./duration";
import type { Problems } from "./errors";

/**
 * How a service tells that it is well. The platform's own check (the first four and `startPeriod`) watches it
 * for as long as it runs; the readiness gate decides when a new revision may take traffic.
 */
export interface HealthArgs {
  /** Path of the platform's check. @default "/health" */
  readonly path?: string;
  /** Time between two checks. @default "30s" */
  readonly interval?: Duration;
  /** Time within which a check must answer. @default "10s" */
  readonly timeout?: Duration;
  /** Failed checks in a row that make a container unhealthy. @default 3 */
  readonly retries?: number;
  /** Time after the start during which failed checks do not count. @default "40s" */
  readonly startPeriod?: Duration;
  /** The gate that a rollout waits for. */
  readonly readiness?: ReadinessArgs;
}

/** When a new revision may take traffic. */
export interface ReadinessArgs {
  /** Path that answers 200 when the service can take traffic. @default the path of the platform's check */
  readonly path?: string;
  /** Time after which a revision that is not ready fails the update. @default "2m" */
  readonly deadline?: Duration;
  /** Time between two polls of the gate; on Docker a port that nobody listens on yet is tried every 50 ms. @default "200ms" */
  readonly interval?: Duration;
}

/** Checked health settings; times in milliseconds. */
export interface Health {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
  readonly readiness: {
    readonly path: string;
    readonly deadlineMs: number;
    readonly intervalMs: number;
  };
}

// The check's figures are those of the shopping app's predictor: 30 s, 10 s, 3 and 40 s.
const DEFAULTS = { interval: "30s", timeout: "10s", retries: 3, startPeriod: "40s" } as const;
// Narrower than RFC 3986: the path stands in shell commands and in the router's configuration.
const HTTP_PATH = /^\/[\w.~%/-]*$/;

/** Fills in the defaults and notes every mistake. */
export function normalizeHealth(
  args: HealthArgs,
  defaultPath: string,
  problems: Problems,
  at = "health",
): Health {
  const path = args.path ?? defaultPath;
  const retries = args.retries ?? DEFAULTS.retries;
  const readiness = args.readiness ?? {};
  const span = (value: Duration, name: string, min: Duration, max: Duration) =>
    milliseconds(value, `${at}.${name}`, { min, max }, problems);
  checkPath(path, `${at}.path`, problems);
  if (readiness.path !== undefined) checkPath(readiness.path, `${at}.readiness.path`, problems);
  problems.require(
    Number.isInteger(retries) && retries >= 1 && retries <= 20,
    `${at}.retries`,
    "must be a whole number from 1 to 20",
    retries,
  );
  return {
    path,
    intervalMs: span(args.interval ?? DEFAULTS.interval, "interval", "1s", "1h"),
    timeoutMs: span(args.timeout ?? DEFAULTS.timeout, "timeout", "1s", "10m"),
    retries,
    startPeriodMs: span(args.startPeriod ?? DEFAULTS.startPeriod, "startPeriod", "0s", "1h"),
    readiness: {
      path: readiness.path ?? path,
      deadlineMs: span(readiness.deadline ?? "2m", "readiness.deadline", "1s", "1h"),
      intervalMs: span(readiness.interval ?? "200ms", "readiness.interval", "100ms", "10s"),
    },
  };
}

function checkPath(path: string, at: string, problems: Problems): void {
  const fits = typeof path === "string" && HTTP_PATH.test(path);
  problems.require(
    fits,
    at,
    'must be an absolute HTTP path without a query, such as "/health"',
    path,
  );
}
