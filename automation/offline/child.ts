import { closeSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import type * as pulumi from "@pulumi/pulumi";

import { resourcesOf } from "./graph";
import { recordResources } from "./recorder";
import type { OfflineAnswer, OfflineRequest } from "./types";
import { violationsOf } from "./violations";

/** Where the answer goes: programs print on the usual ones. */
const ANSWER = 3;

type Sdk = typeof pulumi;

/** Runs a program in this process, and tells what it has described. The process ends with it. */
export async function main(): Promise<void> {
  const request = JSON.parse(readFileSync(0, "utf8")) as OfflineRequest;
  // What the program throws later, in a promise of its own, is its failure as well.
  const failed = new Promise<OfflineAnswer>((resolve) => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const)
      process.on(event, (error: unknown) => {
        resolve(failure(error));
      });
  });
  const answer = await Promise.race([failed, described(request).catch(failure)]);
  const bytes = Buffer.from(JSON.stringify(answer));
  for (let at = 0; at < bytes.length;) at += writeSync(ANSWER, bytes, at);
  closeSync(ANSWER);
  // A program may have left something open that would keep this process alive.
  process.exit(0);
}

async function described(request: OfflineRequest): Promise<OfflineAnswer> {
  const { dir, project, stack, config, secretKeys, program, policies } = request;
  process.chdir(dir);
  const load = createRequire(join(dir, "package.json"));
  const { runtime, log } = sdkOf(load);
  // The SDK takes a trace for each of its many promises.
  Error.stackTraceLimit = 10;
  const recorded = await recordResources(runtime, { project, stack });
  runtime.setAllConfig(config, secretKeys);
  await runtime.runInPulumiStack(async () => {
    const loaded: unknown = load(program);
    const main = isModule(loaded) && "default" in loaded ? loaded.default : loaded;
    return typeof main === "function" ? ((await (main as () => unknown)()) as object) : loaded;
  });
  await runtime.disconnect();
  // Rejections that nobody handles are told of only when all that was ready has run.
  await nextTurn();
  if (log.hasErrors()) throw new Error("the program has reported errors");
  return {
    ok: true,
    resources: resourcesOf(recorded),
    violations: policies ? violationsOf(recorded, stack, config) : [],
  };
}

/** The program's own: what it imports must be what the mocks are set in. */
function sdkOf(load: NodeJS.Require): Sdk {
  try {
    return load("@pulumi/pulumi") as Sdk;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return createRequire(__filename)("@pulumi/pulumi") as Sdk;
  }
}

function isModule(loaded: unknown): loaded is { __esModule: true; default?: unknown } {
  return typeof loaded === "object" && loaded !== null && "__esModule" in loaded;
}

function failure(error: unknown): OfflineAnswer {
  if (!(error instanceof Error)) return { ok: false, kind: "program", message: String(error) };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.filter((frame) => !/node_modules|\(node:|at node:/.test(frame)).slice(0, 4);
  // Mistakes in config and arguments name all there is to know; a place in the program adds nothing.
  const config = error.name === "InvalidArgumentsError";
  return {
    ok: false,
    kind: config ? "config" : "program",
    message: [error.message, ...(config ? [] : own)].join("\n"),
  };
}
