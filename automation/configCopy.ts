import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CORE_SCHEMA, dump, load } from "js-yaml";

import { shortStackName } from "./project";
import type { ReleaseRecord } from "./release";
import type { Session } from "./session";
import type { ConfigValue } from "./workspace";

/** Runs a step with a release's config in a temporary file that bears the stack's name, as the engine wants it. */
export async function withConfigCopy<T>(
  { stack }: Pick<Session, "stack">,
  { config }: Pick<ReleaseRecord, "config">,
  step: (file: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "landfall-"));
  try {
    const file = join(dir, `Pulumi.${shortStackName(stack)}.yaml`);
    await writeFile(file, config, { mode: 0o600 });
    return await step(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Writes a config's text with these values beside or instead of its own into a file: for what belongs to one update
 * alone. An object takes its place beside what the key has already. Encrypted values stay as they are.
 */
export async function writeAmended(
  file: string,
  text: string,
  values: Readonly<Record<string, string | object>>,
): Promise<void> {
  const amended = Object.keys(values).length === 0 ? text : withValues(text, values);
  await writeFile(file, amended, { mode: 0o600 });
}

/** What the engine would read of a config after {@link writeAmended}, from what it read before: it need not be asked again. */
export function amended(
  config: Readonly<Record<string, ConfigValue>>,
  values: Readonly<Record<string, string | object>>,
): Record<string, ConfigValue> {
  const entries = Object.entries(values).map(([key, value]): [string, ConfigValue] => {
    if (typeof value === "string") return [key, { value, secret: false }];
    const { objectValue, secret = false } = config[key] ?? {};
    const both = typeof objectValue === "object" ? { ...objectValue, ...value } : value;
    return [key, { value: JSON.stringify(both), objectValue: both, secret }];
  });
  return { ...config, ...Object.fromEntries(entries) };
}

function withValues(text: string, values: Readonly<Record<string, string | object>>): string {
  const settings = (load(text, { schema: CORE_SCHEMA }) ?? {}) as {
    config?: Record<string, unknown>;
  };
  const { config = {} } = settings;
  const entries = Object.entries(values).map(([key, value]) => {
    const before = config[key];
    const both = typeof value === "object" && typeof before === "object" && before !== null;
    return [key, both ? { ...before, ...value } : value] as const;
  });
  const all = { ...settings, config: { ...config, ...Object.fromEntries(entries) } };
  return dump(all, { schema: CORE_SCHEMA, lineWidth: -1 });
}
