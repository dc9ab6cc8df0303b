import assert from "node:assert/strict";

import { askGate } from "../../../../automation/gates";
import type { GateIo, GateSpec, GateSubject } from "../../../../automation/gates";
import { systemClock } from "../../../../automation/clock";
import { SERVER_PORT } from "../../dynamic/testbed";
import type { Testbed } from "../../dynamic/testbed";

/**
 * Takes a log-normal time for each answer; SLOWER stretches it, ERRORS is the share of 500s. /body gives JSON with
 * NAME, KEY and a number that counts up.
 */
const SERVER = `
const { SLOWER = "1", ERRORS = "0", NAME, KEY = "", MEDIAN = "6" } = process.env;
let asked = 0;
require("http").createServer((req, res) => {
  asked++;
  const path = req.url.split("?")[0];
  if (path === "/json") {
    res.setHeader("content-type", "application/json");
    return res.end(JSON.stringify({ status: "ok", asked, checks: { db: NAME !== "ill" }, key: KEY, price: Number(SLOWER) }));
  }
  if (path === "/hang") return;
  if (path === "/big") return res.end("x".repeat(1000000));
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const ms = Number(MEDIAN) * Math.exp(0.4 * normal) * Number(SLOWER);
  setTimeout(() => {
    res.statusCode = Math.random() < Number(ERRORS) ? 500 : 200;
    res.end("ok");
  }, ms);
}).listen(${SERVER_PORT});
process.on("SIGTERM", () => process.exit(0));
`;

/** Starts a server of the tests. */
export async function target(
  bed: Testbed,
  name: string,
  env: Record<string, string> = {},
): Promise<string> {
  return bed.container(name, ["node", "-e", SERVER], env);
}

export function subjectOf(
  bed: Testbed,
  fresh: readonly string[],
  stable: readonly string[] = [],
): GateSubject {
  return {
    service: "api",
    port: SERVER_PORT,
    router: bed.router,
    fresh: { revision: "r2", containers: fresh },
    ...(stable.length === 0 ? {} : { stable: { revision: "r1", containers: stable } }),
    weight: 5,
    moment: "during",
    release: 7,
  };
}

export function ioOf(change: Partial<GateIo> = {}): GateIo {
  return {
    env: process.env as Record<string, string>,
    projectDir: process.cwd(),
    clock: systemClock,
    signal: new AbortController().signal,
    tell: () => undefined,
    approval: () => Promise.resolve(undefined),
    withdraw: () => Promise.resolve(),
    ...change,
  };
}

type Of<T extends GateSpec["type"]> = Extract<GateSpec, { type: T }>;

export function sloSpec(change: Partial<Of<"slo">> = {}): Of<"slo"> {
  return {
    name: "slo",
    when: ["during"],
    type: "slo",
    p95Ms: null,
    errorRate: 0.01,
    requests: 1000,
    path: "/",
    windowMs: 60_000,
    compare: true,
    ...change,
  };
}

export function httpSpec(change: Partial<Of<"http">> = {}): Of<"http"> {
  const common = { name: "http", when: ["before" as const], type: "http" as const };
  return { ...common, path: "/json", status: 200, json: {}, deadlineMs: 1500, ...change };
}

export function shadowSpec(change: Partial<Of<"shadow">> = {}): Of<"shadow"> {
  return {
    name: "shadow",
    when: ["during"],
    type: "shadow",
    requests: 20,
    paths: ["/json"],
    differences: 0,
    ignore: ["asked"],
    windowMs: 8000,
    ...change,
  };
}

export function commandSpec(command: string[], change: Partial<Of<"command">> = {}): Of<"command"> {
  const common = { name: "command", when: ["before" as const], type: "command" as const };
  return { ...common, command, on: "container", timeoutMs: 10_000, ...change };
}

/** What one comparison of a fresh revision with a stable one came to, by a gate that sends at most 1000 requests. */
export async function compared(
  bed: Testbed,
  { fresh, stable, env }: { fresh: string; stable: string; env: Record<string, string> },
): Promise<{ passed: boolean; reason: string }> {
  const container = await target(bed, fresh, env);
  const ready = httpSpec({ path: "/", deadlineMs: 20_000 });
  assert.ok((await askGate(ready, subjectOf(bed, [container]), ioOf())).passed);
  // After the switch it may end early either way; of 2 % of errors 200 requests see none once in 57 runs.
  const moment = env["ERRORS"] === undefined ? "after" : "during";
  const found = await askGate(
    sloSpec(),
    { ...subjectOf(bed, [container], [stable]), moment },
    ioOf(),
  );
  const { probe } = found.measured as { probe: { fresh: { requests: number } } };
  const { requests } = probe.fresh;
  const clear = new RegExp(`clear after ${requests} of at most 1000 probe requests$`);
  if (requests !== 1000) assert.match(found.reason, clear);
  await bed.remove(container);
  return found;
}
