import * as fs from "node:fs";
import * as path from "node:path";
import { chooseEngine, engineWays } from "./engines";
import type { Progress } from "./engine";
import type { EngineWays } from "./engines";
import { writeAtomically } from "./files";
import { forcedBy, locateToolchain, offeredByPath, stampOf, toolchainFrom } from "./locate";
import type { Manifest, Toolchain } from "./locate";
import { withLock } from "./lock";
import { landfallPaths } from "./paths";
import { choosePlugin } from "./pluginSetup";
import type { InstallPlugin } from "./pluginSetup";
import { engineWrappers, writeWrapper } from "./wrappers";

export { locateToolchain } from "./locate";
export type { EngineSource, PluginChoice, PluginName, Toolchain } from "./locate";
export type { Progress } from "./engine";
export { ToolchainError } from "./errors";

/** As long as the longest build may take, and a little more. */
const LOCK_MILLISECONDS = 30 * 60_000;

export interface ToolchainOptions {
  /** The project's folder, which holds `.landfall`. @default the working directory */
  root?: string;
  /** LANDFALL_TOOLCHAIN (path, download, build) and LANDFALL_PLUGINS (official, embedded) force a choice.
   * @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Hears about long steps while they run. */
  progress?: (progress: Progress) => void;
  /** Ends a running download or build. */
  signal?: AbortSignal;
  /** The ways to an engine and to official plugins; for tests. */
  ways?: Partial<EngineWays> & { installPlugin?: InstallPlugin };
}

/**
 * Makes the Pulumi engine, the Node language host and the resource plugins ready under `.landfall`, unless they
 * are. Side by side calls wait for each other.
 *
 * @throws ToolchainError when no engine could be made ready: it lists what was tried and what to do.
 * @throws LockTimeoutError when another set-up did not end within half an hour.
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const root = path.resolve(options.root ?? process.cwd());
  const env = options.env ?? process.env;
  const ready = locateToolchain(root, env);
  if (ready !== undefined) return ready;
  const paths = landfallPaths(root);
  const progress = options.progress ?? ((): void => undefined);
  return withLock(
    path.join(paths.locks, "toolchain.lock"),
    {
      purpose: "setting up the engine",
      timeout: LOCK_MILLISECONDS,
      signal: options.signal,
      waiting: (owner) => {
        progress({ step: "lock", line: `waiting for process ${owner.pid}: ${owner.purpose}` });
      },
    },
    async () =>
      locateToolchain(root, env) ?? toolchainFrom(root, await setUp(root, env, options), env),
  );
}

async function setUp(
  root: string,
  env: NodeJS.ProcessEnv,
  options: ToolchainOptions,
): Promise<Manifest> {
  const paths = landfallPaths(root);
  const progress = options.progress ?? ((): void => undefined);
  const engineOptions = { paths, env, progress, signal: options.signal };
  fs.mkdirSync(paths.home, { recursive: true });
  const { engine, notes } = await chooseEngine(engineOptions, { ...engineWays, ...options.ways });
  if (engine.source === "built") engineWrappers(paths.bin).forEach(writeWrapper);
  const pluginOptions = { ...engineOptions, root, engine };
  const docker = await choosePlugin("docker", pluginOptions, options.ways?.installPlugin);
  const random = await choosePlugin("random", pluginOptions, options.ways?.installPlugin);
  const manifest: Manifest = {
    format: 1,
    pulumi: engine.pulumi,
    version: engine.version,
    source: engine.source,
    stamp: stampOf(engine.pulumi),
    offered: offeredByPath(paths, env).stamp,
    plugins: { docker: docker.choice, random: random.choice },
    forced: forcedBy(env),
    notes: [...notes, docker.note, random.note],
  };
  writeAtomically(paths.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
