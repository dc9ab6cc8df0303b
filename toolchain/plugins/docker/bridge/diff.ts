import type { DiffResult, PropertyDiff } from "../../host/types";
import type { PropertyMap, PropertyValue } from "../../host/values";
import { containsUnknown } from "../../host/values";
import { defaultsKey } from "./check";
import { detailedDiff } from "./detailed";
import { ordered } from "./order";
import { same, wanted } from "./same";
import type { Property, ResourceSchema } from "./schema";
import { blockOf } from "./schema";
import { shapedBlock } from "./state";
import { isPropertyMap } from "../../host/values";

/** The official provider's verdict: what changes, what of it replaces the resource, and what is stable. */
export function diffResource(
  schema: ResourceSchema,
  recorded: PropertyMap,
  inputs: PropertyMap,
): DiffResult {
  const { oldState, news } = schema.comparable?.(recorded, inputs) ?? {
    oldState: recorded,
    news: inputs,
  };
  const detailed: Record<string, PropertyDiff> = {};
  for (const [key, property] of Object.entries(schema.properties)) {
    if (property.output !== undefined) continue;
    const old = oldState[key] ?? null;
    const next = wanted(property, old, news[key]);
    if (same(property, old, next)) continue;
    Object.assign(detailed, detailedDiff(property, key, old, planned(property, next), news[key]));
  }
  return verdict(schema, detailed, oldState, news);
}

/** What state will have for an input: blocks whole, sets in order. */
export function planned(property: Property, next: PropertyValue): PropertyValue {
  const block = blockOf(property);
  if (containsUnknown(next)) return next;
  if (block !== undefined && property.one !== undefined)
    return isPropertyMap(next) ? shapedBlock(block, next, true) : null;
  if (!Array.isArray(next)) return next;
  const elements = next.map((element) =>
    block !== undefined && isPropertyMap(element) ? shapedBlock(block, element, true) : element,
  );
  return property.type === "set" ? ordered(property, elements) : elements;
}

function verdict(
  schema: ResourceSchema,
  detailed: Readonly<Record<string, PropertyDiff>>,
  oldState: PropertyMap,
  news: PropertyMap,
): DiffResult {
  const paths = Object.keys(detailed).sort();
  const replaces = topLevel(paths.filter((path) => detailed[path]?.kind.endsWith("-replace")));
  const stables = Object.entries(schema.properties)
    .filter(([key, property]) => property.forceNew !== undefined && !replaces.includes(key))
    .map(([key]) => key);
  const diffs = topLevel(paths);
  const deleteFirst =
    replaces.length > 0 &&
    (schema.deleteBeforeReplace !== undefined || keepsGivenName(schema, oldState, news));
  return {
    changes: paths.length > 0 ? "some" : "none",
    ...(replaces.length > 0 ? { replaces } : {}),
    stables: stables.sort(),
    ...(deleteFirst ? { deleteBeforeReplace: true } : {}),
    ...(diffs.length > 0 ? { diffs } : {}),
    detailedDiff: Object.fromEntries(
      paths.map((path) => [path, detailed[path] ?? { kind: "update" }]),
    ),
  };
}

function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => /^[^.[]+/.exec(path)?.[0] ?? path))];
}

/** A name that the user chose cannot be had twice, so the old resource must go first. */
function keepsGivenName(schema: ResourceSchema, oldState: PropertyMap, news: PropertyMap): boolean {
  const defaults = news[defaultsKey];
  const automatic = Array.isArray(defaults) ? defaults : [];
  return Object.entries(schema.properties).some(
    ([key, property]) =>
      property.autonamed !== undefined && !automatic.includes(key) && oldState[key] === news[key],
  );
}
