import type { PropertyMap, PropertyValue } from "../../host/values";
import { Unknown, isPropertyMap } from "../../host/values";
import type { Block, Property } from "./schema";
import { blockOf, isCollection } from "./schema";

type Maybe = PropertyValue | undefined;

/** Whether an input asks for nothing else than what is recorded. Zero values and absent ones are the same. */
export function same(property: Property, old: Maybe, next: Maybe): boolean {
  if (next instanceof Unknown) return false;
  const block = blockOf(property);
  if (property.one !== undefined && block !== undefined) {
    if (isPropertyMap(old) && isPropertyMap(next)) return sameBlock(block, old, next);
    return isAbsent(old) && isAbsent(next);
  }
  if (property.type === "map") return sameMap(old, next);
  if (!isCollection(property)) return sameScalar(property, old, next);
  const [before, after] = [elements(old), elements(next)];
  if (before.length !== after.length) return false;
  if (property.type === "list")
    return before.every((element, index) => sameElement(property, element, after[index]));
  const unmatched = [...after];
  return before.every((element) => {
    const found = unmatched.findIndex((candidate) => sameElement(property, element, candidate));
    if (found >= 0) unmatched.splice(found, 1);
    return found >= 0;
  });
}

export function sameElement(property: Property, old: Maybe, next: Maybe): boolean {
  if (old instanceof Unknown || next instanceof Unknown) return false;
  const block = blockOf(property);
  if (block === undefined) return zeroed(old) === zeroed(next);
  return isPropertyMap(old) && isPropertyMap(next) && sameBlock(block, old, next);
}

function sameBlock(block: Block, old: PropertyMap, next: PropertyMap): boolean {
  return Object.entries(block).every(([key, property]) =>
    same(property, old[key], wanted(property, old[key], next[key])),
  );
}

/** What an input comes to: the recorded value where the daemon chose it, else its default. */
export function wanted(property: Property, old: Maybe, next: Maybe): PropertyValue {
  if (next !== undefined && next !== null) return next;
  if (property.computed !== undefined) return old ?? null;
  return property.default ?? null;
}

function sameScalar(property: Property, old: Maybe, next: Maybe): boolean {
  if (zeroed(old) === zeroed(next)) return true;
  return property.equivalent?.(old ?? null, next ?? null) ?? false;
}

function sameMap(old: Maybe, next: Maybe): boolean {
  const [before, after] = [isPropertyMap(old) ? old : {}, isPropertyMap(next) ? next : {}];
  const keys = Object.keys(before);
  return (
    keys.length === Object.keys(after).length && keys.every((key) => before[key] === after[key])
  );
}

function zeroed(value: Maybe): PropertyValue {
  return value === undefined || value === "" || value === 0 || value === false ? null : value;
}

function isAbsent(value: Maybe): boolean {
  return value === undefined || value === null;
}

export function elements(value: Maybe): readonly PropertyValue[] {
  return Array.isArray(value) ? value : [];
}
