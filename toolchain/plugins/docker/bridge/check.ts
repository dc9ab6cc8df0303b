import type { CheckFailure } from "../../host/types";
import type { PropertyMap, PropertyValue } from "../../host/values";
import { Unknown, isPropertyMap } from "../../host/values";
import type { Block, Property, Scalar } from "./schema";
import { blockOf } from "./schema";

/** Bookkeeping of which inputs the program did not give. */
export const defaultsKey = "__defaults";

export interface Checked {
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

/**
 * The inputs as the official provider records them: defaults filled in and listed, values of the declared type.
 *
 * @param automatic gives the value of a property that is named after the resource.
 */
export function checkInputs(
  schema: Block,
  news: PropertyMap,
  automatic: (key: string) => string | CheckFailure,
): Checked {
  const failures: CheckFailure[] = [];
  const inputs = checkBlock(schema, news, "", failures);
  const defaults = inputs[defaultsKey];
  for (const [key, property] of Object.entries(schema)) {
    if (property.autonamed === undefined || inputs[key] !== undefined) continue;
    const name = automatic(key);
    if (typeof name !== "string") failures.push(name);
    else {
      inputs[key] = name;
      if (Array.isArray(defaults)) defaults.push(key);
    }
  }
  if (Array.isArray(defaults)) defaults.sort();
  return { inputs, failures };
}

function checkBlock(
  block: Block,
  given: PropertyMap,
  path: string,
  failures: CheckFailure[],
): PropertyMap {
  const defaults: string[] = [];
  const checked: PropertyMap = {};
  for (const key of Object.keys(given)) {
    if (key === defaultsKey) continue;
    const property = block[key];
    if (property === undefined || property.output !== undefined)
      failures.push({ property: join(path, key), reason: "is no input of this resource" });
  }
  for (const [key, property] of Object.entries(block)) {
    if (property.output !== undefined) continue;
    const value = given[key];
    if (value !== undefined && value !== null)
      checked[key] = checkValue(property, value, join(path, key), failures);
    else if (property.default !== undefined && !isZero(property.default)) {
      checked[key] = property.default;
      defaults.push(key);
    } else if (property.required !== undefined && property.autonamed === undefined)
      failures.push({ property: join(path, key), reason: "is required" });
  }
  return { [defaultsKey]: defaults.sort(), ...checked };
}

function checkValue(
  property: Property,
  value: PropertyValue,
  path: string,
  failures: CheckFailure[],
): PropertyValue {
  if (value instanceof Unknown) return value;
  if (property.unsupported !== undefined) {
    failures.push({
      property: path,
      reason: `is not supported by the embedded docker plugin: ${property.unsupported}`,
    });
    return value;
  }
  const block = blockOf(property);
  switch (property.type) {
    case "map":
      return checkMap(value, path, failures);
    case "list":
    case "set":
      if (property.one !== undefined && block !== undefined) {
        if (isPropertyMap(value)) return checkBlock(block, value, path, failures);
        return wrong(value, path, "an object", failures);
      }
      if (!Array.isArray(value)) return wrong(value, path, "a list", failures);
      return value.map((element, index) => {
        const at = `${path}[${index}]`;
        if (element instanceof Unknown) return element;
        if (block === undefined)
          return checkScalar(scalarOf(property), property, element, at, failures);
        if (isPropertyMap(element)) return checkBlock(block, element, at, failures);
        return wrong(element, at, "an object", failures);
      });
    default:
      return checkScalar(property.type, property, value, path, failures);
  }
}

function checkMap(value: PropertyValue, path: string, failures: CheckFailure[]): PropertyValue {
  if (!isPropertyMap(value)) return wrong(value, path, "an object of texts", failures);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== null)
      .map(([key, element]) => [
        key,
        element instanceof Unknown
          ? element
          : checkScalar("string", undefined, element, join(path, key), failures),
      ]),
  );
}

function checkScalar(
  type: Scalar,
  property: Property | undefined,
  value: PropertyValue,
  path: string,
  failures: CheckFailure[],
): PropertyValue {
  const converted = convert(type, value);
  if (converted === undefined) return wrong(value, path, nouns[type], failures);
  // An empty text stands for "not given" in the provider's language.
  const reason = converted === "" ? undefined : property?.check?.(converted);
  if (reason !== undefined)
    failures.push({ property: path, reason: `${reason}, not ${JSON.stringify(converted)}` });
  return converted;
}

const nouns: Readonly<Record<Scalar, string>> = {
  string: "a text",
  bool: "true or false",
  int: "a whole number",
};

/** The conversions that the official provider makes: a number or a flag may be given as its text. */
function convert(type: Scalar, value: PropertyValue): string | number | boolean | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
    return undefined;
  if (type === "string") return String(value);
  if (type === "bool") {
    if (typeof value === "boolean") return value;
    return value === "true" ? true : value === "false" ? false : undefined;
  }
  if (typeof value === "boolean" || value === "") return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function wrong(
  value: PropertyValue,
  path: string,
  noun: string,
  failures: CheckFailure[],
): PropertyValue {
  failures.push({ property: path, reason: `must be ${noun}, not ${kindOf(value)}` });
  return value;
}

function kindOf(value: PropertyValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `${typeof value} ${JSON.stringify(value)}`;
}

export function scalarOf(property: Property): Scalar {
  return typeof property.of === "string" ? property.of : "string";
}

export function join(path: string, key: string): string {
  const plain = /^[A-Za-z_$][\w$]*$/.test(key);
  if (!plain) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

export function isZero(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}
