import * as path from "node:path";
import { systemCaBundle } from "../images/caBundle";
import type { SuiteKind } from "./suites";

/** What fetches from package registries, in processes on this host. */
const FETCHES: readonly SuiteKind[] = ["apps", "package", "stacks"];

/**
 * How much the engine's heap may grow before it is collected, in percent. It lives for seconds, and at Go's own 100 a fifth
 * of its processor's time is collection: 0.75 instead of 0.95 s for a preview, with 25 MB more. Not for AWS's provider, whose
 * heap is twenty times as large.
 */
const HEAP_GROWTH = "400";

/**
 * The environment of a suite's tests. Where NODE_EXTRA_CA_CERTS names the system's bundle, every process of Node reads all
 * of that as it starts: 0.06 s of processor time for each of some thousands, of which those of most suites speak to this
 * machine alone. What builds images for them reads the system's bundle anyway.
 */
export function environmentOf(
  kind: SuiteKind,
  env: NodeJS.ProcessEnv,
  systemBundle = systemCaBundle,
): NodeJS.ProcessEnv {
  const tuned = kind === "stacks" ? env : { GOGC: HEAP_GROWTH, ...env };
  const { NODE_EXTRA_CA_CERTS: bundle, ...rest } = tuned;
  const isRead = bundle === undefined || path.resolve(bundle) !== systemBundle;
  return isRead || FETCHES.includes(kind) ? tuned : rest;
}
