import type { PropertyMap, PropertyValue } from "../../host/values";
import { isPropertyMap } from "../../host/values";
import type { Block, Property } from "./schema";
import { blockOf, isNestedBlock, snakeCase, wireName } from "./schema";

/**
 * How the official provider turns Pulumi's state back into its own: which values are lists, maps or blocks, which
 * were shown as one, and what has another name there.
 */
export function rawStateDelta(block: Block, state: PropertyMap): PropertyMap {
  return { obj: objectDelta(block, state) };
}

function objectDelta(block: Block, values: PropertyMap): PropertyMap {
  const renamed: PropertyMap = {};
  const inner: PropertyMap = {};
  for (const [key, property] of Object.entries(block)) {
    const wire = wireName(key, property);
    if (wire !== snakeCase(key)) renamed[key] = wire;
    const delta = valueDelta(property, values[key] ?? null);
    if (delta !== undefined) inner[key] = delta;
  }
  return {
    ...(Object.keys(inner).length === 0 ? {} : { ps: inner }),
    ...(Object.keys(renamed).length === 0 ? {} : { renamed }),
  };
}

function valueDelta(property: Property, value: PropertyValue): PropertyMap | undefined {
  const block = blockOf(property);
  if (property.one !== undefined && block !== undefined) {
    if (isPropertyMap(value)) return { plu: { i: { obj: objectDelta(block, value) } } };
    return isNestedBlock(property) ? { plu: { i: {} } } : undefined;
  }
  if (property.type === "map" && isPropertyMap(value)) return { map: {} };
  if (!Array.isArray(value)) return undefined;
  if (block === undefined || value.length === 0) return { arr: {} };
  const elements = value.map((element, index) => [
    String(index),
    { obj: isPropertyMap(element) ? objectDelta(block, element) : {} },
  ]);
  return { arr: { el: Object.fromEntries(elements) as PropertyMap } };
}
