import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { createOnce } from "./files";
import { locateToolchain } from "./locate";
import { landfallPaths } from "./paths";
import type { LandfallPaths } from "./paths";

/** The stack that needs no backend and no passphrase of the user's. */
export const DEV_STACK = "dev";

/**
 * What to add to the environment of the engine for a stack of the project: the toolchain's variables, and for `dev` a
 * file backend and a generated passphrase file under `.landfall`. A backend or passphrase that the user has set stays.
 *
 * @throws Error when state is there but the passphrase file that encrypts its secrets is gone.
 */
export function projectEnvironment(
  root: string,
  stack: string,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const paths = landfallPaths(root);
  const toolchain = locateToolchain(root, env)?.env ?? { PULUMI_HOME: paths.home };
  return stack === DEV_STACK ? { ...toolchain, ...devDefaults(paths, env) } : { ...toolchain };
}

function devDefaults(paths: LandfallPaths, env: NodeJS.ProcessEnv): Record<string, string> {
  const defaults: Record<string, string> = {};
  if (isUnset(env, "PULUMI_BACKEND_URL") && isUnset(env, "PULUMI_ACCESS_TOKEN")) {
    fs.mkdirSync(paths.state, { recursive: true, mode: 0o700 });
    defaults["PULUMI_BACKEND_URL"] = pathToFileURL(paths.state).href;
  }
  if (
    env["PULUMI_CONFIG_PASSPHRASE"] === undefined &&
    isUnset(env, "PULUMI_CONFIG_PASSPHRASE_FILE")
  ) {
    ensurePassphrase(paths);
    defaults["PULUMI_CONFIG_PASSPHRASE_FILE"] = paths.passphrase;
  }
  return defaults;
}

function ensurePassphrase(paths: LandfallPaths): void {
  if (fs.existsSync(paths.passphrase)) return;
  if (hasStacks(paths.state)) {
    throw new Error(
      `${paths.passphrase} is gone, but ${paths.state} holds stacks whose secrets it encrypts: ` +
        `bring it back from a backup, or start anew by removing ${paths.state}`,
    );
  }
  fs.mkdirSync(paths.base, { recursive: true });
  createOnce(paths.passphrase, `${randomBytes(24).toString("base64url")}\n`, 0o600);
}

function hasStacks(state: string): boolean {
  const folder = path.join(state, ".pulumi", "stacks");
  if (!fs.existsSync(folder)) return false;
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .some((name) => name.endsWith(".json"));
}

function isUnset(env: NodeJS.ProcessEnv, name: string): boolean {
  return (env[name] ?? "") === "";
}
