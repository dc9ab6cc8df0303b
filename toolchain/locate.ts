import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { findExecutable, readIfPresent } from "./files";
import { landfallPaths, packageRoot } from "./paths";
import type { LandfallPaths } from "./paths";
import { unfitEngineVersion } from "./versions";
import { engineWrappers, isCurrent, pluginWrapper } from "./wrappers";

export type EngineSource = "path" | "download" | "built";
export type PluginName = "docker" | "random";
export interface PluginChoice {
  kind: "official" | "embedded";
  version: string;
}
export const PLUGIN_NAMES: readonly PluginName[] = ["docker", "random"];

/** The engine and its plugins, ready to run. */
export interface Toolchain {
  /** The project's folder. */
  root: string;
  /** Path of the `pulumi` binary. */
  pulumi: string;
  /** Its version, without a leading v. */
  version: string;
  /** PULUMI_HOME. */
  home: string;
  source: EngineSource;
  plugins: Record<PluginName, PluginChoice>;
  /** What to add to a child's environment: PATH, PULUMI_HOME and so on. */
  env: Record<string, string>;
  /** What was tried and why this was chosen, one line each. */
  notes: string[];
}

/** Which of the engine's own processes may be its caller's process instead, because that would run the very same code. */
export interface Attachable {
  languageHost: boolean;
  random: boolean;
  docker: boolean;
  /** The provider of dynamic resources. */
  dynamic: boolean;
}

/** What of a toolchain can run within its caller: what is embedded. */
export function attachable({ source, plugins }: Pick<Toolchain, "source" | "plugins">): Attachable {
  const isEmbedded = (name: PluginName) => plugins[name].kind === "embedded";
  return {
    languageHost: source === "built",
    random: isEmbedded("random"),
    docker: isEmbedded("docker"),
    dynamic: source === "built",
  };
}

/** What set-up writes down, so that the next call needs no work. */
export interface Manifest {
  format: 1;
  pulumi: string;
  version: string;
  source: EngineSource;
  /** Size and time of the binary. */
  stamp: string;
  /** Path, size and time of the `pulumi` that PATH offered, taken or not. */
  offered: string;
  plugins: Record<PluginName, PluginChoice>;
  /** LANDFALL_TOOLCHAIN and LANDFALL_PLUGINS at that time. */
  forced: string;
  notes: string[];
}

/** What is ready already, without doing any work; undefined when set-up has something to do. */
export function locateToolchain(
  root: string,
  env: NodeJS.ProcessEnv = process.env,
): Toolchain | undefined {
  const paths = landfallPaths(root);
  const manifest = readManifest(paths.manifest);
  if (manifest === undefined) return undefined;
  const current =
    unfitEngineVersion(manifest.version) === undefined &&
    stampOf(manifest.pulumi) === manifest.stamp &&
    offeredByPath(paths, env).stamp === manifest.offered &&
    forcedBy(env) === manifest.forced &&
    (manifest.source !== "built" || engineWrappers(paths.bin).every(isCurrent)) &&
    PLUGIN_NAMES.every((name) => isPluginCurrent(root, paths, name, manifest.plugins[name]));
  return current ? toolchainFrom(root, manifest, env) : undefined;
}

/** The toolchain that a manifest describes. */
export function toolchainFrom(
  root: string,
  manifest: Manifest,
  env: NodeJS.ProcessEnv = process.env,
): Toolchain {
  const paths = landfallPaths(root);
  const closed = PLUGIN_NAMES.some((name) => manifest.plugins[name].kind === "embedded");
  const folder = path.dirname(manifest.pulumi);
  const rest = (env["PATH"] ?? "").split(path.delimiter).filter((entry) => entry !== folder);
  return {
    root: path.resolve(root),
    pulumi: manifest.pulumi,
    version: manifest.version,
    home: paths.home,
    source: manifest.source,
    plugins: manifest.plugins,
    notes: manifest.notes,
    env: {
      PATH: [folder, ...rest].join(path.delimiter),
      PULUMI_HOME: paths.home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A plugin that happens to lie on PATH must not replace the chosen one.
      PULUMI_IGNORE_AMBIENT_PLUGINS: env["PULUMI_IGNORE_AMBIENT_PLUGINS"] ?? "true",
      // Where plugins cannot be downloaded, a missing one is a clear error at once, not minutes of retries.
      ...(closed
        ? {
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION:
              env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] ?? "true",
          }
        : {}),
    },
  };
}

/** The `pulumi` that PATH offers, ours aside. */
export function offeredByPath(
  paths: LandfallPaths,
  env: NodeJS.ProcessEnv,
): { file?: string; stamp: string } {
  const own = [paths.bin, path.join(paths.download, "bin")];
  const searchPath = (env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => !own.includes(path.resolve(folder)))
    .join(path.delimiter);
  const file = findExecutable("pulumi", searchPath);
  return file === undefined ? { stamp: "none" } : { file, stamp: `${file} ${stampOf(file)}` };
}

/** Size and time of a file, or "none". */
export function stampOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "none" : `${stat.size} ${Math.trunc(stat.mtimeMs)}`;
}

/** What the user forces, as one comparable value. */
export function forcedBy(env: NodeJS.ProcessEnv): string {
  return `${env["LANDFALL_TOOLCHAIN"] ?? ""},${env["LANDFALL_PLUGINS"] ?? ""}`;
}

/** The version of a plugin that the project's SDK package of that name asks for. */
export function wantedPluginVersion(root: string, name: PluginName): string {
  for (const from of [root, packageRoot]) {
    const lookup = createRequire(path.join(from, "package.json")).resolve.paths("@pulumi") ?? [];
    for (const folder of lookup) {
      const text = readIfPresent(path.join(folder, "@pulumi", name, "package.json"));
      if (text === undefined) continue;
      const parsed: unknown = JSON.parse(text);
      if (isRecord(parsed) && typeof parsed["version"] === "string") return parsed["version"];
    }
  }
  throw new Error(`@pulumi/${name} is not installed in ${root}: run npm ci`);
}

export function pluginFolder(home: string, name: PluginName, version: string): string {
  return path.join(home, "plugins", `resource-${name}-v${version}`);
}

function isPluginCurrent(
  root: string,
  paths: LandfallPaths,
  name: PluginName,
  choice: PluginChoice,
): boolean {
  if (wantedPluginVersion(root, name) !== choice.version) return false;
  const wrapper = pluginWrapper(paths.home, name, choice.version);
  const embedded = isCurrent(wrapper);
  if (choice.kind === "embedded") return embedded;
  return !embedded && fs.existsSync(wrapper.file);
}

function readManifest(file: string): Manifest | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isManifest(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || value["format"] !== 1 || !isRecord(value["plugins"])) return false;
  const texts = ["pulumi", "version", "stamp", "offered", "forced"].map((key) => value[key]);
  return (
    texts.every((text) => typeof text === "string") &&
    ["path", "download", "built"].includes(String(value["source"])) &&
    PLUGIN_NAMES.every((name) =>
      isPluginChoice(isRecord(value["plugins"]) && value["plugins"][name]),
    ) &&
    Array.isArray(value["notes"])
  );
}

function isPluginChoice(value: unknown): value is PluginChoice {
  return (
    isRecord(value) &&
    typeof value["version"] === "string" &&
    (value["kind"] === "official" || value["kind"] === "embedded")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
