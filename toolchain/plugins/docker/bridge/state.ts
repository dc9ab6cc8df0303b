import type { PropertyMap, PropertyValue } from "../../host/values";
import { isPropertyMap } from "../../host/values";
import { rawStateDelta } from "./delta";
import { ordered } from "./order";
import type { Block, Property, ResourceSchema } from "./schema";
import { blockOf, isCollection, isNestedBlock } from "./schema";

export const metaKey = "__meta";
export const deltaKey = "__pulumi_raw_state_delta";

/** Keys of the official provider's own in state, which are no properties. */
export const reservedKeys: ReadonlySet<string> = new Set([metaKey, deltaKey, "__defaults", "id"]);

/**
 * Whole state in the official provider's shape: every property present, sets in its order, nothing left out of a
 * block, and the note from which it reads back its own form.
 *
 * @param filled whether zero values stand for what a block leaves out, as after an update; a fresh one has nulls.
 */
export function officialState(
  schema: ResourceSchema,
  id: string,
  values: PropertyMap,
  filled = false,
): PropertyMap {
  const state: PropertyMap = { id };
  for (const [key, property] of Object.entries(schema.properties))
    state[key] = shaped(property, values[key] ?? property.default ?? null, filled);
  return {
    ...(schema.meta === undefined ? {} : { [metaKey]: schema.meta }),
    [deltaKey]: rawStateDelta(schema.properties, state),
    ...state,
  };
}

function shaped(property: Property, value: PropertyValue, filled: boolean): PropertyValue {
  const block = blockOf(property);
  if (value === null) return property.one === undefined && isNestedBlock(property) ? [] : null;
  if (property.one !== undefined && block !== undefined)
    return isPropertyMap(value) ? shapedBlock(block, value, filled) : null;
  if (!Array.isArray(value) || !isCollection(property)) return value;
  const elements = value.map((element) =>
    block !== undefined && isPropertyMap(element) ? shapedBlock(block, element, filled) : element,
  );
  return property.type === "set" ? ordered(property, elements) : elements;
}

export function shapedBlock(block: Block, given: PropertyMap, filled: boolean): PropertyMap {
  const whole: PropertyMap = {};
  for (const [key, property] of Object.entries(block)) {
    const value = given[key] ?? null;
    if (value !== null) whole[key] = shaped(property, value, filled);
    else whole[key] = absent(property, filled);
  }
  return whole;
}

/** What stands in a block's state for a property that was not given. */
function absent(property: Property, filled: boolean): PropertyValue {
  if (property.one !== undefined) return null;
  if (isCollection(property)) return [];
  if (property.type === "string") return property.default ?? "";
  if (property.default !== undefined) return property.default;
  if (!filled || property.type === "map") return null;
  return property.type === "bool" ? false : 0;
}
