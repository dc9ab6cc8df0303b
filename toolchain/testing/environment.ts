import * as path from "node:path";
import { systemCaBundle } from "../images/caBundle";
import type { SuiteKind } from "./suites";

/** What fetches from package registries, in processes on this host. */
const FETCHES: readonly SuiteKind[] = ["apps", "package", "stacks"];

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
  const { NODE_EXTRA_CA_CERTS: bundle, ...rest } = env;
  const isRead = bundle === undefined || path.resolve(bundle) !== systemBundle;
  return isRead || FETCHES.includes(kind) ? env : rest;
}
