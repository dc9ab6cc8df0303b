import type { DiffKind, PropertyDiff } from "../../host/types";
import type { PropertyMap, PropertyValue } from "../../host/values";
import { Unknown, containsUnknown, isPropertyMap } from "../../host/values";
import { isZero, join } from "./check";
import { edits } from "./edits";
import { elements, same, sameElement } from "./same";
import type { Block, Property } from "./schema";
import { blockOf, isCollection } from "./schema";

type Diffs = Record<string, PropertyDiff>;

/**
 * The changes of one property by path, as the official plugin shows them.
 *
 * @param inputs the program's value: paths into a set are positions in it, where its elements can be told.
 */
export function detailedDiff(
  property: Property,
  path: string,
  old: PropertyValue,
  next: PropertyValue,
  inputs: PropertyValue | undefined,
): Diffs {
  if (old === null || next === null || containsUnknown(next))
    return shortCut(property, path, old, next);
  const block = blockOf(property);
  if (property.one !== undefined && block !== undefined)
    return blockDiff(block, path, old, next, inputs);
  if (property.type === "map") return mapDiff(property, path, old, next);
  if (!isCollection(property)) return change(path, "update", property);
  return property.type === "set"
    ? setDiff(property, path, elements(old), elements(next), elements(inputs))
    : listDiff(property, path, elements(old), elements(next), elements(inputs));
}

function shortCut(
  property: Property,
  path: string,
  old: PropertyValue,
  next: PropertyValue,
): Diffs {
  if (old === null && next === null) return {};
  return change(path, old === null ? "add" : next === null ? "delete" : "update", property);
}

function change(path: string, kind: "add" | "delete" | "update", property: Property): Diffs {
  return { [path]: { kind: replaces(property) ? (`${kind}-replace` satisfies DiffKind) : kind } };
}

/** A block replaces the resource also when one of its own properties does. */
function replaces(property: Property): boolean {
  if (property.forceNew !== undefined) return true;
  const block = blockOf(property);
  return block !== undefined && Object.values(block).some(replaces);
}

function blockDiff(
  block: Block,
  path: string,
  old: PropertyValue,
  next: PropertyValue,
  inputs: PropertyValue | undefined,
): Diffs {
  const [before, after] = [asMap(old), asMap(next)];
  const given = asMap(inputs ?? null);
  const diffs: Diffs = {};
  for (const [key, property] of Object.entries(block)) {
    const [from, to] = [before[key] ?? null, after[key] ?? null];
    if (same(property, from, to)) continue;
    Object.assign(diffs, detailedDiff(property, join(path, key), from, to, given[key]));
  }
  return diffs;
}

function mapDiff(property: Property, path: string, old: PropertyValue, next: PropertyValue): Diffs {
  const [before, after] = [asMap(old), asMap(next)];
  const diffs: Diffs = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[key] === after[key]) continue;
    const kind = before[key] === undefined ? "add" : after[key] === undefined ? "delete" : "update";
    Object.assign(diffs, change(join(path, key), kind, property));
  }
  return diffs;
}

function listDiff(
  property: Property,
  path: string,
  old: readonly PropertyValue[],
  next: readonly PropertyValue[],
  inputs: readonly PropertyValue[],
): Diffs {
  const block = blockOf(property);
  const diffs: Diffs = {};
  if (block === undefined) {
    for (const [index, kind] of edits(old, next))
      Object.assign(diffs, change(`${path}[${index}]`, kind, property));
    return diffs;
  }
  for (let index = 0; index < Math.max(old.length, next.length); index++) {
    const at = `${path}[${index}]`;
    Object.assign(diffs, elementDiff(property, at, old[index], next[index], inputs[index]));
  }
  return diffs;
}

function setDiff(
  property: Property,
  path: string,
  old: readonly PropertyValue[],
  next: readonly PropertyValue[],
  inputs: readonly PropertyValue[],
): Diffs {
  const gone = missingFrom(property, old, next);
  const added = missingFrom(property, next, old);
  const positions = positionsInInputs(property, added, next, inputs);
  if (positions === undefined) return change(path, "update", property);
  const diffs: Diffs = {};
  for (const index of new Set([...gone, ...positions.keys()])) {
    const to = positions.get(index);
    const before = gone.includes(index) ? old[index] : undefined;
    const after = to === undefined ? undefined : next[to];
    Object.assign(diffs, elementDiff(property, `${path}[${index}]`, before, after, inputs[index]));
  }
  return diffs;
}

function missingFrom(
  property: Property,
  these: readonly PropertyValue[],
  those: readonly PropertyValue[],
): number[] {
  return these.flatMap((element, index) =>
    those.some((other) => sameElement(property, other, element)) ? [] : [index],
  );
}

/** Position among the inputs by position in the plan; `undefined` where an input is not the planned element as it is. */
function positionsInInputs(
  property: Property,
  added: readonly number[],
  next: readonly PropertyValue[],
  inputs: readonly PropertyValue[],
): Map<number, number> | undefined {
  if (inputs.length < next.length) return undefined;
  const positions = new Map<number, number>();
  for (const planned of added) {
    const found = inputs.findIndex(
      (input, index) => !positions.has(index) && isWhole(property, input, next[planned] ?? null),
    );
    if (found < 0) return undefined;
    positions.set(found, planned);
  }
  return positions;
}

function isWhole(property: Property, input: PropertyValue, plan: PropertyValue): boolean {
  const block = blockOf(property);
  if (block === undefined) return input === plan;
  if (!isPropertyMap(input) || !isPropertyMap(plan)) return false;
  return Object.entries(block).every(([key, inner]) => {
    const [given, filled] = [input[key] ?? null, plan[key] ?? null];
    if (given === null && inner.computed !== undefined) return true;
    if (isCollection(inner) || inner.type === "map")
      return given === null ? isEmpty(filled) : same(inner, given, filled);
    return given === filled;
  });
}

function isEmpty(value: PropertyValue): boolean {
  return isZero(value) || (Array.isArray(value) && value.length === 0);
}

function elementDiff(
  property: Property,
  path: string,
  old: PropertyValue | undefined,
  next: PropertyValue | undefined,
  inputs: PropertyValue | undefined,
): Diffs {
  if (old === undefined && next === undefined) return {};
  if (old === undefined || next === undefined || next instanceof Unknown)
    return shortCut(property, path, old ?? null, next ?? null);
  const block = blockOf(property);
  if (block !== undefined) return blockDiff(block, path, old, next, inputs);
  return old === next ? {} : change(path, "update", property);
}

function asMap(value: PropertyValue): PropertyMap {
  return isPropertyMap(value) ? value : {};
}
