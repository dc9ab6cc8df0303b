import type { CheckFailure, CheckResult } from "./types";
import type { PropertyMap, PropertyValue } from "./values";
import { Secret, Unknown, isPropertyMap } from "./values";

interface Common {
  readonly required?: true;
  /** Taken where the program gives none, and then named in `__defaults`, where those are recorded. */
  readonly default?: PropertyValue;
  /** The official plugin has it and this one does not: why, or what to do instead. Using it is an error. */
  readonly unsupported?: string;
}

/** What a property may hold. */
export type PropertySpec = Common &
  (
    | { readonly type: "string" | "boolean" | "integer" | "number" | "any" }
    | { readonly type: "list" | "map"; readonly items: PropertySpec }
    | { readonly type: "object"; readonly properties: PropertySpecs }
  );

export type PropertySpecs = Readonly<Record<string, PropertySpec>>;

export interface CheckOptions {
  /** The checked inputs of the last update: a default that was taken then is kept. */
  readonly olds?: PropertyMap;
  /**
   * Whether to take defaults and to list them in `__defaults`, in each object. Plugins bridged from the older
   * framework (docker) do; those from the newer one (random) fill in defaults when they create.
   * @default false
   */
  readonly recordDefaults?: boolean;
}

/**
 * Checks the types of inputs, at any depth: nulls are dropped, unknown values pass, secrets are looked into. Every
 * failure names the property's path, and all are reported at once. The received value is named by its type only,
 * because it may be a secret.
 */
export function checkProperties(
  specs: PropertySpecs,
  news: PropertyMap,
  options: CheckOptions = {},
): CheckResult & { readonly failures: readonly CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const inputs = checkObject(specs, news, "", options, failures);
  return { inputs, failures };
}

function checkObject(
  specs: PropertySpecs,
  news: PropertyMap,
  path: string,
  options: CheckOptions,
  failures: CheckFailure[],
): PropertyMap {
  const inputs: [string, PropertyValue][] = [];
  const defaults: string[] = [];
  for (const [key, value] of Object.entries(news)) {
    if (value === null || key === "__defaults") continue;
    const at = join(path, key);
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined;
    if (!spec) failures.push({ property: at, reason: notThere(key, specs) });
    else if (spec.unsupported !== undefined) {
      failures.push({ property: at, reason: `${key} is not supported: ${spec.unsupported}` });
    } else inputs.push([key, checkValue(spec, value, at, options.olds?.[key], options, failures)]);
  }
  for (const [key, spec] of Object.entries(specs)) {
    if ((news[key] ?? null) !== null) continue;
    const value = options.recordDefaults ? defaultOf(key, spec, options.olds) : undefined;
    if (value !== undefined) {
      inputs.push([key, value]);
      defaults.push(key);
    } else if (spec.required) {
      failures.push({ property: join(path, key), reason: `${key} is required` });
    }
  }
  if (options.recordDefaults) inputs.push(["__defaults", defaults.sort()]);
  return Object.fromEntries(inputs);
}

function defaultOf(
  key: string,
  spec: PropertySpec,
  olds: PropertyMap | undefined,
): PropertyValue | undefined {
  const taken = olds?.__defaults;
  const kept = Array.isArray(taken) && taken.includes(key) ? olds?.[key] : undefined;
  return kept ?? spec.default;
}

function checkValue(
  spec: PropertySpec,
  value: PropertyValue,
  path: string,
  old: PropertyValue | undefined,
  options: CheckOptions,
  failures: CheckFailure[],
): PropertyValue {
  if (value instanceof Unknown) return value;
  if (value instanceof Secret) {
    const inner = old instanceof Secret ? old.value : old;
    return new Secret(checkValue(spec, value.value, path, inner, options, failures));
  }
  if (!matches(spec, value)) {
    failures.push({
      property: path,
      reason: `expected ${expected[spec.type]}, got ${kindOf(value)}`,
    });
    return value;
  }
  if (spec.type === "list" && Array.isArray(value)) {
    return value.map((item, index) => {
      const oldItem = Array.isArray(old) ? old[index] : undefined;
      return checkValue(spec.items, item, `${path}[${index}]`, oldItem, options, failures);
    });
  }
  if (!isPropertyMap(value)) return value;
  const olds = isPropertyMap(old) ? old : undefined;
  if (spec.type === "map") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== null)
        .map(([key, item]) => [
          key,
          checkValue(spec.items, item, join(path, key), olds?.[key], options, failures),
        ]),
    );
  }
  if (spec.type !== "object") return value;
  return checkObject(spec.properties, value, path, { ...options, olds }, failures);
}

function matches(spec: PropertySpec, value: PropertyValue): boolean {
  switch (spec.type) {
    case "any":
      return true;
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
    case "boolean":
      return typeof value === spec.type;
    case "list":
      return Array.isArray(value);
    case "map":
    case "object":
      return isPropertyMap(value);
  }
}

const expected = {
  any: "a value",
  string: "a string",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  list: "a list",
  map: "a map",
  object: "an object",
} satisfies Record<PropertySpec["type"], string>;

function kindOf(value: PropertyValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isPropertyMap(value)) return "an object";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  return typeof value === "object"
    ? `an ${value.constructor.name.toLowerCase()}`
    : `a ${typeof value}`;
}

function notThere(key: string, specs: PropertySpecs): string {
  const known = Object.keys(specs).filter((name) => specs[name]?.unsupported === undefined);
  return `${key} is not supported; the properties here are ${known.sort().join(", ")}`;
}

/** Pulumi's property paths: keys that are no plain names are quoted in brackets. */
function join(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
