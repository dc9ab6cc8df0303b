import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { isProduction } from "../policies/settings";
import { ConfigError } from "./errors";
import type { Session } from "./session";
import type { ConfigValue } from "./workspace";

/** A policy pack that an update is held to. */
export interface PolicyPackChoice {
  /** Its folder. */
  dir: string;
  /** Changes with its content. */
  print: string;
}

const key = "landfall:policyPack";

/** The package's own pack. The code that it loads lies elsewhere, and comes with the package's version. */
const ownPack = resolve(
  __dirname,
  existsSync(join(__dirname, "../tsconfig.json")) ? "../policies" : "../../policies",
);

/**
 * The pack that the stack's config names: a folder, `landfall` for the package's own, or `none`.
 * @default the package's own for production, none elsewhere
 * @throws ConfigError when there is no such pack
 */
export function packOf(
  { project, shortStack }: { project: Pick<Session["project"], "dir">; shortStack: string },
  config: Readonly<Record<string, ConfigValue>>,
): PolicyPackChoice | undefined {
  const named = config[key]?.value ?? "";
  const chosen = named === "" ? (isProduction(shortStack) ? "landfall" : "none") : named;
  if (chosen === "none") return undefined;
  const dir = chosen === "landfall" ? ownPack : resolve(project.dir, chosen);
  if (!existsSync(join(dir, "PulumiPolicy.yaml"))) {
    const message = `must be a folder with a PulumiPolicy.yaml, "landfall" or "none", got ${JSON.stringify(chosen)}`;
    throw new ConfigError([{ path: key, message }]);
  }
  return { dir, print: printOf(dir) };
}

function printOf(dir: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
  for (const file of files) {
    if (/(^|\/)node_modules(\/|$)/.test(file) || !statSync(join(dir, file)).isFile()) continue;
    hash.update(JSON.stringify([file, readFileSync(join(dir, file), "base64")]));
  }
  return hash.digest("hex");
}
