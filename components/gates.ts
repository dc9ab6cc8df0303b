import type { Duration } from "./duration";
import { milliseconds } from "./duration";
import type { Problems } from "./errors";

/** When a gate is asked: before any traffic, at every step on the way, or with all of it and the old set at hand. */
export type GateMoment = "before" | "during" | "after";

/** What every gate takes. */
export interface GateCommon {
  /** How the gate is called in records and messages; unique in a service. @default its type */
  readonly name?: string;
  /** @default "after" */
  readonly when?: GateMoment | readonly GateMoment[];
}

/** Asks the new revision one question over HTTP. */
export interface HttpGateArgs extends GateCommon {
  readonly type: "http";
  /** Path, with a query if need be. */
  readonly path: string;
  /** @default 200 */
  readonly status?: number;
  /**
   * What the JSON of the answer must hold, by dotted path: `{ "status": "ok", "checks.db": true }`. Compared as
   * JSON values. @default {}
   */
  readonly json?: Readonly<Record<string, string | number | boolean | null>>;
  /** Time for which a wrong answer is asked for again. @default "10s" */
  readonly deadline?: Duration;
}

/** Holds the new revision to service-level objectives, over probe requests and over real traffic. */
export interface SloGateArgs extends GateCommon {
  readonly type: "slo";
  /** 95th percentile of the time until an answer is complete, in milliseconds. @default none */
  readonly p95Ms?: number;
  /** Share of answers that may be a server's fault (5xx, or none at all), 0-1. @default 0.01 */
  readonly errorRate?: number;
  /**
   * Probe requests of the new revision that are made at most, 40 a second; fewer, 200 for one, as soon as the verdict is
   * clear (docs/gates.md has the figures). With 1000 beside as many of the old one, 2 % of errors or a p95 that is 30 %
   * higher is caught in at least 95 of 100 runs. @default 1000
   */
  readonly requests?: number;
  /** Path of the probe requests, GET. @default the service's readiness path */
  readonly path?: string;
  /** Longest time to wait for that many requests; fewer are judged as they are, and the evidence says so. @default "60s" */
  readonly window?: Duration;
  /**
   * Whether the old revision, which serves the rest of the traffic, is measured beside it: then the new one also
   * fails by being worse, by one-sided tests at 1 % together, where it keeps the objectives. Only while a replica of the new
   * one has no more traffic than one of the old: after the switch the objectives alone count. @default true
   */
  readonly compare?: boolean;
}

/** Runs a command that must end with exit code 0. */
export interface CommandGateArgs extends GateCommon {
  readonly type: "command";
  /** Program and arguments, run without a shell. */
  readonly command: readonly string[];
  /** In one of the new containers, or on the machine that deploys, in the project's folder. @default "container" */
  readonly on?: "container" | "host";
  /** @default "60s" */
  readonly timeout?: Duration;
}

/** Waits until somebody says yes: `landfall approve`. */
export interface ManualGateArgs extends GateCommon {
  readonly type: "manual";
  /** What the one who is asked should look at. @default none */
  readonly message?: string;
  /** Time after which nobody having answered counts as no. @default "1h" */
  readonly timeout?: Duration;
}

/** Sends the new revision a copy of traffic, compares its answers with the old one's, and throws them away. */
export interface ShadowGateArgs extends GateCommon {
  readonly type: "shadow";
  /** Requests to compare. @default 100 */
  readonly requests?: number;
  /** Paths whose answers are compared; only GET requests are copied. @default the readiness path */
  readonly paths?: readonly string[];
  /** Share of answers that may differ in status or body, 0-1. @default 0.01 */
  readonly differences?: number;
  /** Dotted paths in JSON answers that always differ, such as `time`. @default [] */
  readonly ignore?: readonly string[];
  /** @default "60s" */
  readonly window?: Duration;
}

export type GateArgs =
  HttpGateArgs | SloGateArgs | CommandGateArgs | ManualGateArgs | ShadowGateArgs;

/** A gate, checked and complete, times in milliseconds: plain data, since it is part of the stack's outputs. */
export type GateSpec = { readonly name: string; readonly when: readonly GateMoment[] } & (
  | {
      readonly type: "http";
      readonly path: string;
      readonly status: number;
      readonly json: Readonly<Record<string, string | number | boolean | null>>;
      readonly deadlineMs: number;
    }
  | {
      readonly type: "slo";
      readonly p95Ms: number | null;
      readonly errorRate: number;
      readonly requests: number;
      readonly path: string;
      readonly windowMs: number;
      readonly compare: boolean;
    }
  | {
      readonly type: "command";
      readonly command: readonly string[];
      readonly on: "container" | "host";
      readonly timeoutMs: number;
    }
  | { readonly type: "manual"; readonly message: string; readonly timeoutMs: number }
  | {
      readonly type: "shadow";
      readonly requests: number;
      readonly paths: readonly string[];
      readonly differences: number;
      readonly ignore: readonly string[];
      readonly windowMs: number;
    }
);

const MOMENTS: readonly GateMoment[] = ["before", "during", "after"];
// A query is allowed; what a shell or a header line could take for something else is not.
const REQUEST = /^\/[\w.~%/?&=+,:@-]*$/;

/** Fills in the defaults of a service's gates and notes every mistake. */
export function normalizeGates(
  gates: readonly GateArgs[],
  defaultPath: string,
  problems: Problems,
  at = "rollout.gates",
): GateSpec[] {
  const names = new Set<string>();
  return gates.map((gate, index) => {
    const path = `${at}[${index}]`;
    const name = gate.name ?? gate.type;
    const fits = /^[\w -]{1,60}$/.test(name) && !names.has(name);
    problems.require(
      fits,
      `${path}.name`,
      "must be 1-60 letters, digits, spaces, _ or -, and unique",
      name,
    );
    names.add(name);
    const when = [gate.when ?? "after"].flat();
    const known = when.length > 0 && when.every((moment) => MOMENTS.includes(moment));
    problems.require(known, `${path}.when`, `must be of: ${MOMENTS.join(", ")}`, gate.when);
    return { name, when, ...detail(gate, { path, defaultPath, problems }) };
  });
}

interface Place {
  path: string;
  defaultPath: string;
  problems: Problems;
}

type Detail<S extends GateSpec = GateSpec> = S extends GateSpec ? Omit<S, "name" | "when"> : never;

function detail(gate: GateArgs, place: Place): Detail {
  const span = (value: Duration, key: string): number =>
    milliseconds(value, `${place.path}.${key}`, { min: "1s", max: "24h" }, place.problems);
  const request = (value: string | undefined, key: string): string => {
    const path = value ?? place.defaultPath;
    const rule = 'must be an HTTP path, such as "/health?deep=1"';
    place.problems.require(REQUEST.test(path), `${place.path}.${key}`, rule, path);
    return path;
  };
  const number = (value: number, key: string, min: number, max: number): number => {
    const fits = typeof value === "number" && value >= min && value <= max;
    place.problems.require(
      fits,
      `${place.path}.${key}`,
      `must be a number from ${min} to ${max}`,
      value,
    );
    return value;
  };
  switch (gate.type) {
    case "http":
      return {
        type: "http",
        path: request(gate.path, "path"),
        status: number(gate.status ?? 200, "status", 100, 599),
        json: gate.json ?? {},
        deadlineMs: span(gate.deadline ?? "10s", "deadline"),
      };
    case "slo":
      return {
        type: "slo",
        p95Ms: gate.p95Ms === undefined ? null : number(gate.p95Ms, "p95Ms", 1, 3_600_000),
        errorRate: number(gate.errorRate ?? 0.01, "errorRate", 0, 1),
        requests: number(gate.requests ?? 1000, "requests", 20, 1_000_000),
        path: request(gate.path, "path"),
        windowMs: span(gate.window ?? "60s", "window"),
        compare: gate.compare ?? true,
      };
    case "command": {
      const { command } = gate;
      const fits = Array.isArray(command) && command.length > 0;
      place.problems.require(fits, `${place.path}.command`, "must be a program and its arguments");
      const timeoutMs = span(gate.timeout ?? "60s", "timeout");
      return { type: "command", command: [...command], on: gate.on ?? "container", timeoutMs };
    }
    case "manual":
      return {
        type: "manual",
        message: gate.message ?? "",
        timeoutMs: span(gate.timeout ?? "1h", "timeout"),
      };
    case "shadow":
      return {
        type: "shadow",
        requests: number(gate.requests ?? 100, "requests", 1, 100_000),
        paths: (gate.paths ?? [place.defaultPath]).map((path, i) => request(path, `paths[${i}]`)),
        differences: number(gate.differences ?? 0.01, "differences", 0, 1),
        ignore: gate.ignore ?? [],
        windowMs: span(gate.window ?? "60s", "window"),
      };
  }
}
