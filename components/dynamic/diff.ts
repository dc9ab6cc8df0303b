import { isDeepStrictEqual } from "node:util";
import type { DiffResult } from "@pulumi/pulumi/dynamic";

/** The engine's stand-in for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or a part of it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Inputs that differ; what only the provider knows (`__provider`, outputs) does not count. */
export function changedInputs(olds: object, news: object, keys: readonly string[]): string[] {
  const before = olds as Record<string, unknown>;
  const after = news as Record<string, unknown>;
  return keys.filter((key) => !isDeepStrictEqual(before[key] ?? null, after[key] ?? null));
}

/** The verdict over changed inputs: some need another resource, the rest is an update. */
export function verdict(changed: string[], replaces: readonly string[] = []): DiffResult {
  return {
    changes: changed.length > 0,
    replaces: changed.filter((key) => replaces.includes(key)),
    deleteBeforeReplace: false,
  };
}
