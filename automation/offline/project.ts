import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { load } from "js-yaml";

import { ConfigError, LandfallError, StackNotFoundError } from "../errors";
import type { Problem } from "../errors";
import { configFolder, shortStackName } from "../project";

/** A project as its files say, read without the engine. */
export interface OfflineProject {
  dir: string;
  name: string;
  /** The program's file or folder. */
  program: string;
  config: Record<string, string>;
  /** Keys whose values are secret. */
  secretKeys: string[];
  /** Those of them that are encrypted: what stands in `config` is a placeholder. */
  placeholders: string[];
}

type Values = Record<string, unknown>;

/**
 * Reads Pulumi.yaml and the stack's file. An encrypted value can be opened by nobody here: a placeholder stands in.
 *
 * @throws LandfallError `project_not_found`, StackNotFoundError without a file of the stack, ConfigError
 */
export function readOfflineProject(dir: string, stack: string): OfflineProject {
  const settings = settingsIn(dir);
  const { name, main, config: declared, stackConfigDir } = settings;
  const runtime = objectOf(settings.runtime).name ?? settings.runtime;
  if (runtime !== "nodejs")
    throw new LandfallError(
      "project_not_found",
      `${dir}: the runtime must be nodejs to run without an engine, got ${JSON.stringify(runtime)}`,
    );
  const folder = configFolder({
    dir,
    ...(typeof stackConfigDir === "string" ? { stackConfigDir } : {}),
  });
  const file = join(folder, `Pulumi.${shortStackName(stack)}.yaml`);
  const written = readYaml([file]);
  if (written === undefined)
    throw new StackNotFoundError(`there is no ${file}: offline a stack is what its file says`);
  return {
    ...{ dir, name, program: resolve(dir, typeof main === "string" ? main : ".") },
    ...configOf(name, objectOf(declared), objectOf(written.config)),
  };
}

/** The project's name, read without the engine. @throws LandfallError `project_not_found` */
export function projectName(dir: string): string {
  return settingsIn(dir).name;
}

function settingsIn(dir: string): Values & { name: string } {
  const files = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].map((name) => join(dir, name));
  const settings = readYaml(files) ?? {};
  const { name } = settings;
  if (typeof name !== "string" || name === "")
    throw new LandfallError("project_not_found", `${dir}: Pulumi.yaml has no \`name\``);
  return { ...settings, name };
}

/** The config that the engine would give to the program: the stack's values over the declared defaults, as text. */
function configOf(
  project: string,
  declared: Values,
  written: Values,
): Pick<OfflineProject, "config" | "secretKeys" | "placeholders"> {
  const config = new Map<string, string>();
  const secretKeys = new Set<string>();
  const placeholders = new Set<string>();
  const problems: Problem[] = [];
  for (const [given, rule] of Object.entries(declared)) {
    const key = given.includes(":") ? given : `${project}:${given}`;
    const spec = typeof rule === "object" && rule !== null ? (rule as Values) : { default: rule };
    const value = spec.value ?? spec.default;
    if (spec.secret === true) secretKeys.add(key);
    if (value !== undefined && value !== null) config.set(key, textOf(value));
    else if (!(key in written) && typeof spec.type === "string")
      problems.push({ path: key, message: `is required (${spec.type}) and has no value` });
  }
  for (const [key, value] of Object.entries(written)) {
    const opened = withPlaceholders(value, key);
    if (opened.encrypted) {
      secretKeys.add(key);
      placeholders.add(key);
    }
    config.set(key, textOf(opened.value));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    config: Object.fromEntries(config),
    secretKeys: [...secretKeys].sort(),
    placeholders: [...placeholders].sort(),
  };
}

/** The value with what is encrypted in it, at any depth, replaced. */
function withPlaceholders(value: unknown, key: string): { value: unknown; encrypted: boolean } {
  if (typeof value !== "object" || value === null) return { value, encrypted: false };
  if ("secure" in value) return { value: `offline-placeholder-of-${key}`, encrypted: true };
  const parts = Object.entries(value).map(
    ([name, each]) => [name, withPlaceholders(each, key)] as const,
  );
  const encrypted = parts.some(([, part]) => part.encrypted);
  const plain = Object.fromEntries(parts.map(([name, part]) => [name, part.value]));
  return { value: Array.isArray(value) ? Object.values(plain) : plain, encrypted };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readYaml(files: readonly string[]): Values | undefined {
  const file = files.find((each) => existsSync(each));
  if (file === undefined) return undefined;
  try {
    return objectOf(load(readFileSync(file, "utf8")));
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new LandfallError("config", `${file} cannot be read: ${why}`, { cause });
  }
}

function objectOf(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}
