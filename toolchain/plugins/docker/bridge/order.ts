import type { PropertyValue } from "../../host/values";
import { isPropertyMap } from "../../host/values";
import type { Block, Property } from "./schema";
import { blockOf, wireName } from "./schema";

/** A set in the order that the official provider's type system gives its elements. */
export function ordered(property: Property, elements: readonly PropertyValue[]): PropertyValue[] {
  return elements
    .map((element) => ({ element, rank: rank(property, element) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ element }) => element);
}

function rank(property: Property, element: PropertyValue): string {
  const block = blockOf(property);
  if (block !== undefined) return hashText(element, block);
  return typeof element === "string" ? element : hashText(element);
}

function hashText(value: PropertyValue | undefined, block?: Block, property?: Property): string {
  if (value === undefined || value === null) return property?.one === undefined ? "~" : "[]";
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) {
    const inner = property === undefined ? undefined : blockOf(property);
    return `[${value.map((element) => `${hashText(element, inner)};`).join("")}]`;
  }
  if (!isPropertyMap(value)) return "?";
  if (block === undefined) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${hashText(inner)};`).join("")}}`;
  }
  const names = Object.keys(block)
    .map((key) => ({ key, wire: wireName(key, block[key] ?? { type: "string" }) }))
    .sort((a, b) => (a.wire < b.wire ? -1 : 1));
  const parts = names.map(({ key }) => {
    const inner = block[key];
    const text = hashText(value[key], inner === undefined ? undefined : blockOf(inner), inner);
    return `${inner?.one !== undefined && isPropertyMap(value[key]) ? `[${text};]` : text};`;
  });
  return `<${parts.join("")}>`;
}
