import type { Problem } from "./errors";
import { nearest } from "./nearest";
import type { ConfigRule } from "./project";
import type { ConfigDifference } from "./results";
import type { ConfigValue } from "./workspace";

type Values = Readonly<Record<string, ConfigValue>>;

/**
 * Everything in a stack's config that breaks the project's declaration. The engine checks it too, but stops at the
 * first mistake.
 */
export function configProblems(
  schema: Readonly<Record<string, ConfigRule>>,
  values: Values,
): Problem[] {
  return Object.entries(schema).flatMap(([path, rule]): Problem[] => {
    const value = values[path];
    if (value === undefined) {
      return rule.hasDefault || rule.type === undefined
        ? []
        : [{ path, message: `is required (${typeName(rule)}) and has no value` }];
    }
    if (value.secret && value.value === undefined) return [];
    if (rule.type === undefined || fits(rule, parsed(rule, value))) return [];
    const received = value.secret ? "a secret of another type" : JSON.stringify(value.value);
    return [{ path, message: `must be of type ${typeName(rule)}, got ${received}` }];
  });
}

/** Keys in the project's own namespace that it does not declare: most likely misspelt. */
export function unknownKeys(
  project: string,
  schema: Readonly<Record<string, ConfigRule>>,
  values: Values,
): Problem[] {
  const known = Object.keys(schema);
  if (known.length === 0) return [];
  return Object.keys(values)
    .filter((key) => key.startsWith(`${project}:`) && !(key in schema))
    .map((path) => {
      const meant = nearest(path, known);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      return { path, message: `is not a key that Pulumi.yaml declares${hint}` };
    });
}

/** What differs between two configs. Values of secrets are compared, never shown. */
export function configDifference(before: Values, after: Values): ConfigDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): ConfigDifference[] => {
    const [old, now] = [before[key], after[key]];
    if (old?.value === now?.value) return [];
    const secret = old?.secret === true || now?.secret === true;
    const change = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    const shown = {
      ...(old?.value === undefined || secret ? {} : { before: old.value }),
      ...(now?.value === undefined || secret ? {} : { after: now.value }),
    };
    return [{ key, change, secret, ...shown }];
  });
}

function parsed(rule: ConfigRule, { value, objectValue }: ConfigValue): unknown {
  if (rule.type === "string" || objectValue !== undefined) return objectValue ?? value;
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function fits(rule: ConfigRule, value: unknown): boolean {
  switch (rule.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return (
        Array.isArray(value) &&
        value.every((item) => rule.items === undefined || fits(rule.items, item))
      );
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return true;
  }
}

function typeName({ type = "string", items }: ConfigRule): string {
  return type === "array" && items ? `array<${typeName(items)}>` : type;
}
