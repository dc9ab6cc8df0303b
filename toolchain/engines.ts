import * as fs from "node:fs";
import * as path from "node:path";
import { buildEngine } from "./build";
import { downloadEngine } from "./download";
import { ToolchainError } from "./errors";
import { engineAt } from "./engine";
import type { Declined, Engine, EngineOptions } from "./engine";
import { findExecutable } from "./files";
import { offeredByPath } from "./locate";
import { ENGINE_VERSION } from "./versions";

/** The ways to an engine; each gives one or says why not. Tests put their own in. */
export interface EngineWays {
  path: (options: EngineOptions) => Promise<Engine | Declined>;
  downloaded: (options: EngineOptions) => Promise<Engine | Declined>;
  built: (options: EngineOptions) => Promise<Engine | Declined>;
  download: (options: EngineOptions) => Promise<Engine | Declined>;
  build: (options: EngineOptions) => Promise<Engine | Declined>;
}

export const engineWays: EngineWays = {
  path: engineOnPath,
  downloaded: (options) =>
    engineAt("download", path.join(options.paths.download, "bin", "pulumi"), options),
  built: (options) => engineAt("built", path.join(options.paths.bin, "pulumi"), options),
  download: downloadEngine,
  build: buildEngine,
};

const ORDER: Record<string, readonly (keyof EngineWays)[]> = {
  "": ["path", "downloaded", "built", "download", "build"],
  path: ["path"],
  download: ["downloaded", "download"],
  build: ["built", "build"],
};

/**
 * The first engine of the order that fits, with notes about the others.
 * @throws ToolchainError when none fits; it lists every attempt.
 */
export async function chooseEngine(
  options: EngineOptions,
  ways: EngineWays = engineWays,
): Promise<{ engine: Engine; notes: string[] }> {
  const forced = options.env["LANDFALL_TOOLCHAIN"] ?? "";
  const order = ORDER[forced];
  if (order === undefined) {
    throw new ToolchainError(`LANDFALL_TOOLCHAIN must be path, download or build, not "${forced}"`);
  }
  const notes = forced === "" ? [] : [`LANDFALL_TOOLCHAIN=${forced} allows no other way`];
  const problems: string[] = [];
  for (const name of order) {
    const result = await ways[name](options);
    if ("pulumi" in result) {
      if (result.note !== undefined) notes.push(`${result.source}: ${result.note}`);
      notes.push(`engine ${result.version} (${result.source}): ${result.pulumi}`);
      return { engine: result, notes };
    }
    // That nothing is cached yet is no finding.
    if (result.reason === "") continue;
    notes.push(`${name}: ${result.reason}`);
    problems.push(`${name}: ${result.reason}`);
  }
  throw new ToolchainError(
    [
      `no Pulumi engine of version ${ENGINE_VERSION} or later could be made ready. Tried:`,
      ...problems.map((problem) => `  - ${problem}`),
      "What to do: put such a pulumi (with pulumi-language-nodejs beside it) on PATH, or install Go 1.21 or",
      `later (https://go.dev/dl), or copy a pulumi ${ENGINE_VERSION} binary to ${path.join(options.paths.bin, "pulumi")}; then try again.`,
    ].join("\n"),
    problems,
  );
}

async function engineOnPath(options: EngineOptions): Promise<Engine | Declined> {
  const { file } = offeredByPath(options.paths, options.env);
  if (file === undefined) return { reason: "no pulumi on PATH" };
  const engine = await engineAt("path", file, options);
  if ("reason" in engine) return engine;
  // The engine takes a language host from its own (real) folder without a warning, from elsewhere on PATH with one.
  const folder = path.dirname(fs.realpathSync(file));
  const host = findExecutable("pulumi-language-nodejs", folder);
  return host === undefined
    ? { reason: `${file} has no pulumi-language-nodejs beside it in ${folder}` }
    : engine;
}
