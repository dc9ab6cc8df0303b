import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import type { PackageManager, RuntimeOptions } from "./options";

export interface Dependency {
  name: string;
  version: string;
}

const LOCK_FILES: readonly [string, PackageManager][] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

interface Manifest {
  version: string;
  dependencies: string[];
  devDependencies: string[];
}

/** The packages that a program's package.json names, with the versions that are installed. */
export function programDependencies(directory: string, transitive: boolean): Dependency[] {
  const root = manifestFolder(directory);
  if (root === undefined) return [];
  const found = new Map<string, string>();
  const visit = (folder: string, manifest: Manifest, withDev: boolean): void => {
    const names = [...manifest.dependencies, ...(withDev ? manifest.devDependencies : [])];
    for (const name of names) {
      if (found.has(name)) continue;
      const installed = installedFolder(folder, name);
      const dependency = installed === undefined ? undefined : readManifest(installed);
      if (installed === undefined || dependency === undefined) continue;
      found.set(name, dependency.version);
      if (transitive) visit(installed, dependency, false);
    }
  };
  const manifest = readManifest(root);
  if (manifest !== undefined) visit(root, manifest, true);
  return [...found]
    .map(([name, version]) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The command that installs a folder's dependencies. */
export function installCommand(
  directory: string,
  packagemanager: RuntimeOptions["packagemanager"],
): { file: string; args: string[] } {
  const root = manifestFolder(directory) ?? directory;
  const found = LOCK_FILES.find(([file]) => fs.existsSync(path.join(root, file)))?.[1] ?? "npm";
  const file = packagemanager === "auto" ? found : packagemanager;
  return { file, args: file === "npm" ? ["install", "--loglevel=error"] : ["install"] };
}

function manifestFolder(directory: string): string | undefined {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function installedFolder(from: string, name: string): string | undefined {
  const lookup = createRequire(path.join(from, "package.json")).resolve.paths(name) ?? [];
  return lookup
    .map((folder) => path.join(folder, name))
    .find((folder) => fs.existsSync(path.join(folder, "package.json")));
}

function readManifest(folder: string): Manifest | undefined {
  const file = path.join(folder, "package.json");
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new Error(`${file} must hold an object`);
  return {
    version: typeof parsed["version"] === "string" ? parsed["version"] : "",
    dependencies: keysOf(parsed["dependencies"]),
    devDependencies: keysOf(parsed["devDependencies"]),
  };
}

function keysOf(value: unknown): string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
