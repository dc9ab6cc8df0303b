import * as fs from "node:fs";
import * as path from "node:path";
import { downloadsClosed } from "./download";
import type { Engine, EngineOptions } from "./engine";
import { ToolchainError } from "./errors";
import { pluginFolder, wantedPluginVersion } from "./locate";
import type { PluginChoice, PluginName } from "./locate";
import { describeFailure, runCommand } from "./run";
import { isCurrent, pluginWrapper, writeWrapper } from "./wrappers";

const INSTALL_MILLISECONDS = 120_000;

export interface PluginOptions extends EngineOptions {
  root: string;
  engine: Engine;
}

/** How one official plugin gets installed: undefined, or why it could not be. Tests put their own in. */
export type InstallPlugin = (
  name: PluginName,
  version: string,
  options: PluginOptions,
) => Promise<string | undefined>;

/** Makes one resource plugin ready: the official one where it installs, else the embedded one. */
export async function choosePlugin(
  name: PluginName,
  options: PluginOptions,
  install: InstallPlugin = installOfficial,
): Promise<{ choice: PluginChoice; note: string }> {
  const forced = options.env["LANDFALL_PLUGINS"] ?? "";
  if (!["", "official", "embedded"].includes(forced)) {
    throw new ToolchainError(`LANDFALL_PLUGINS must be official or embedded, not "${forced}"`);
  }
  const version = wantedPluginVersion(options.root, name);
  const title = `plugin ${name} ${version}`;
  let reason = "LANDFALL_PLUGINS=embedded";
  if (forced !== "embedded") {
    const failure = await installUnlessThere(name, version, options, install);
    if (failure === undefined) {
      return { choice: { kind: "official", version }, note: `${title}: official` };
    }
    if (forced === "official") {
      throw new ToolchainError(
        `${title}: LANDFALL_PLUGINS=official, but the official plugin could not be installed: ${failure}`,
      );
    }
    reason = failure;
  }
  writeWrapper(pluginWrapper(options.paths.home, name, version));
  return { choice: { kind: "embedded", version }, note: `${title}: embedded (${reason})` };
}

async function installUnlessThere(
  name: PluginName,
  version: string,
  options: PluginOptions,
  install: InstallPlugin,
): Promise<string | undefined> {
  const wrapper = pluginWrapper(options.paths.home, name, version);
  const folder = pluginFolder(options.paths.home, name, version);
  if (fs.existsSync(wrapper.file) && !isWrapper(wrapper.file)) return undefined;
  // The engine takes a folder that is there for an installed plugin; ours steps aside while it tries.
  const aside = path.join(options.paths.cache, `${path.basename(folder)}.aside`);
  const hadEmbedded = fs.existsSync(folder);
  if (hadEmbedded) {
    fs.mkdirSync(options.paths.cache, { recursive: true });
    fs.rmSync(aside, { recursive: true, force: true });
    fs.renameSync(folder, aside);
  }
  const failure = await install(name, version, options);
  if (failure !== undefined) {
    fs.rmSync(folder, { recursive: true, force: true });
    if (hadEmbedded) fs.renameSync(aside, folder);
  } else {
    fs.rmSync(aside, { recursive: true, force: true });
  }
  return failure;
}

async function installOfficial(
  name: PluginName,
  version: string,
  options: PluginOptions,
): Promise<string | undefined> {
  const closed = await downloadsClosed(options.env);
  if (closed !== undefined) return closed;
  options.progress({ step: "plugins", line: `installing plugin ${name} ${version}` });
  const log = path.join(options.paths.logs, `plugin-${name}.log`);
  const result = await runCommand(
    options.engine.pulumi,
    ["plugin", "install", "resource", name, version],
    {
      cwd: options.root,
      env: { ...options.env, PULUMI_HOME: options.paths.home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: INSTALL_MILLISECONDS,
      log,
      signal: options.signal,
    },
  );
  if (result.code === 0) return undefined;
  return `pulumi plugin install failed (${describeFailure(result)}); log: ${log}`;
}

function isWrapper(file: string): boolean {
  const handle = fs.openSync(file, "r");
  try {
    const start = Buffer.alloc(2);
    fs.readSync(handle, start, 0, 2, 0);
    return start.toString() === "#!";
  } finally {
    fs.closeSync(handle);
  }
}

/** Whether the embedded plugin of that name is the one that would be written now. */
export function isEmbedded(home: string, name: PluginName, version: string): boolean {
  return isCurrent(pluginWrapper(home, name, version));
}
