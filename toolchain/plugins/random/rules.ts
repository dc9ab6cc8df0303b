import type { CheckFailure, PropertyMap, PropertySpec } from "../host";

export const keepers: PropertySpec = { type: "map", items: { type: "string" } };

/** The largest result that is made: beyond it lies a mistake, and state that nobody can handle. */
export const maxLength = 1_000_000;

/** The number at a key, or nothing where it is absent or not known yet. */
export function numberAt(inputs: PropertyMap, key: string): number | undefined {
  const value = inputs[key];
  return typeof value === "number" ? value : undefined;
}

export function stringAt(inputs: PropertyMap, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === "string" ? value : undefined;
}

export function within(
  inputs: PropertyMap,
  key: string,
  min: number,
  max: number = maxLength,
): CheckFailure[] {
  const value = numberAt(inputs, key);
  if (value === undefined || (value >= min && value <= max)) return [];
  return [{ property: key, reason: `${key} must be between ${min} and ${max}, got ${value}` }];
}

/** A number that checks have shown to be there. */
export function requireNumber(inputs: PropertyMap, key: string): number {
  const value = numberAt(inputs, key);
  if (value === undefined) throw new TypeError(`${key} is not a known number`);
  return value;
}
