import { createRequire } from "node:module";
import * as fs from "node:fs";
import * as path from "node:path";
import { load } from "js-yaml";
import type { Registrations } from "./mocks";
import { mockEngine, setConfig } from "./mocks";

const require = createRequire(__filename);

export const ROOT = path.resolve(__dirname, "../..");

interface ProjectFile {
  readonly config: Readonly<
    Record<
      string,
      { readonly type: string; readonly default?: unknown; readonly description?: string }
    >
  >;
}
interface StackFile {
  readonly config: Readonly<Record<string, unknown>>;
}

/** What Pulumi.yaml declares. */
export function declaredConfig(): ProjectFile["config"] {
  return (load(fs.readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8")) as ProjectFile).config;
}

/** The keys and values of a stack's file. */
export function stackConfig(stack: string): StackFile["config"] {
  const file = path.join(ROOT, `Pulumi.${stack}.yaml`);
  return (load(fs.readFileSync(file, "utf8")) as StackFile).config;
}

/** The config that the engine gives to the program: declared defaults under the stack's values, as text. */
export function configOf(
  stack: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const defaults = Object.entries(declaredConfig()).map(([key, { default: value }]) => [
    key,
    value,
  ]);
  const all: Record<string, unknown> = {
    ...(Object.fromEntries(defaults) as Record<string, unknown>),
    ...stackConfig(stack),
    ...overrides,
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Runs the whole program under mocks with a stack's config. */
export async function runProgram(
  stack: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<{ seen: Registrations; outputs: Readonly<Record<string, unknown>> }> {
  const seen = await mockEngine({ project: "landfall", stack });
  const outputs = loadProgram(configOf(stack, overrides));
  await seen.settled();
  return { seen, outputs };
}

/** Loads index.ts afresh. What it throws passes through. */
export function loadProgram(config: Record<string, string>): Readonly<Record<string, unknown>> {
  const index = path.join(ROOT, "index.ts");
  setConfig(config);
  // The program runs when it is loaded.
  Reflect.deleteProperty(require.cache, require.resolve(index));
  const before = process.cwd();
  process.chdir(ROOT);
  try {
    return require(index) as Readonly<Record<string, unknown>>;
  } finally {
    process.chdir(before);
  }
}
