import { join } from "node:path";

import { ensureToolchain, locateToolchain } from "../toolchain/setup";
import type { Toolchain } from "../toolchain/setup";
import { projectEnvironment } from "../toolchain/devEnvironment";
import { attachable } from "../toolchain/locate";
import { landfallPaths } from "../toolchain/paths";
import type { Clock } from "./clock";
import { LandfallError } from "./errors";
import { loadProject } from "./loadProject";
import type { EngineSettings } from "./localWorkspace";
import type { OperationContext } from "./operation";
import { findProjectDir, shortStackName } from "./project";
import type { Project } from "./project";
import { openSession } from "./session";
import type { Session } from "./session";

export interface DeployerOptions {
  /** Folder of the Pulumi project, or one below it. @default the working directory */
  projectDir?: string;
  /** The environment to start the engine with, instead of this process's. It is copied once. @default process.env */
  env?: Readonly<Record<string, string | undefined>>;
  /** An engine that is ready. @default the project's own, set up when it is not there yet */
  toolchain?: Toolchain;
  /** Time, for tests. @default the system's */
  clock?: Clock;
  /** Seconds that a cancelled engine gets to finish what it is doing, before it is asked again. @default 30 */
  interruptAfterSeconds?: number;
  /** Seconds from then until it is killed with all its plugins. @default 15 */
  killAfterSeconds?: number;
}

type Env = Readonly<Record<string, string>>;

interface Opening {
  cwd: string | undefined;
  /** Whether an engine that is not there may be made ready, which takes minutes. */
  mayBuild: boolean;
  stack: string;
}

/** Finds the project and the engine, and opens a stack for one operation. */
export async function openFor(
  options: DeployerOptions,
  given: Env,
  context: OperationContext,
  { cwd, mayBuild, stack }: Opening,
): Promise<Session> {
  const dir = findProjectDir(cwd ?? options.projectDir ?? process.cwd());
  const ready = options.toolchain ?? locateToolchain(dir, given);
  if (ready === undefined && !mayBuild) {
    throw new LandfallError("toolchain", `the Pulumi engine is not set up for ${dir}`);
  }
  const toolchain = ready ?? (await context.phase("toolchain", () => setUp(context, dir, given)));
  const { interruptAfterSeconds = 30, killAfterSeconds = 15 } = options;
  const env = {
    ...given,
    ...projectEnvironment(dir, shortStackName(stack), given),
    ...toolchain.env,
  };
  context.redactor.add(secretVariables.flatMap((name) => env[name] ?? []));
  const settings: EngineSettings = {
    binary: toolchain.pulumi,
    version: toolchain.version,
    env,
    attachable: attachable(toolchain),
    signal: context.signal,
    interruptAfterMs: interruptAfterSeconds * 1000,
    killAfterMs: killAfterSeconds * 1000,
  };
  const project = await loadProject(dir, settings);
  const { program } = project;
  const all = program === undefined ? settings : { ...settings, program };
  return openSession(context, { ...project, ...ownConfig(dir, env) }, all, stack);
}

async function setUp(context: OperationContext, root: string, env: Env): Promise<Toolchain> {
  try {
    return await ensureToolchain({
      root,
      env,
      signal: context.signal,
      progress: ({ line }) => {
        context.emit({ kind: "diagnostic", severity: "info", ephemeral: true, message: line });
      },
    });
  } catch (error) {
    context.check();
    const message = error instanceof Error ? error.message : String(error);
    throw new LandfallError("toolchain", message, { cause: error });
  }
}

/** With a passphrase that was generated for this clone, what the engine writes into config stays in this clone. */
function ownConfig(dir: string, env: Readonly<Record<string, string>>): Partial<Project> {
  const { base, passphrase } = landfallPaths(dir);
  const generated = env["PULUMI_CONFIG_PASSPHRASE_FILE"] === passphrase;
  return generated ? { ownConfigFolder: join(base, "config") } : {};
}

/** Variables of the engine's environment whose values must not be shown. */
export const secretVariables: readonly string[] = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "FLY_API_TOKEN",
];

/** Without what is set to undefined. */
export function definedOnly(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
