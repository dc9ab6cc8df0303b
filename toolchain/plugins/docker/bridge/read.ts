import type { PropertyMap, PropertyValue } from "../../host/values";
import { isPropertyMap } from "../../host/values";

/** Typed access to checked inputs and recorded state. Empty texts and nulls are absent. */
export function text(map: PropertyMap, key: string): string | undefined {
  const value = map[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function number(map: PropertyMap, key: string): number | undefined {
  const value = map[key];
  return typeof value === "number" ? value : undefined;
}

export function flag(map: PropertyMap, key: string): boolean {
  return map[key] === true;
}

export function texts(map: PropertyMap, key: string): string[] {
  return values(map, key).filter((value) => typeof value === "string");
}

export function blocks(map: PropertyMap, key: string): PropertyMap[] {
  return values(map, key).filter((value) => isPropertyMap(value));
}

export function block(map: PropertyMap, key: string): PropertyMap | undefined {
  const value = map[key];
  return isPropertyMap(value) ? value : undefined;
}

/** A map of texts; `undefined` where absent or empty. */
export function textMap(map: PropertyMap, key: string): Record<string, string> | undefined {
  const entries = Object.entries(block(map, key) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Label blocks as the daemon's map. */
export function labelMap(map: PropertyMap): Record<string, string> {
  return Object.fromEntries(
    blocks(map, "labels").map((label) => [text(label, "label") ?? "", text(label, "value") ?? ""]),
  );
}

/** The daemon's map as label blocks. */
export function labelBlocks(
  labels: Readonly<Record<string, string>> | null | undefined,
): PropertyMap[] {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}

function values(map: PropertyMap, key: string): readonly PropertyValue[] {
  const value = map[key];
  return Array.isArray(value) ? value : [];
}
