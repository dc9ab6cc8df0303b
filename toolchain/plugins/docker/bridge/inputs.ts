import type { PropertyMap, PropertyValue } from "../../host/values";
import { isPropertyMap } from "../../host/values";
import { defaultsKey, isZero } from "./check";
import { same } from "./same";
import type { Block, Property, ResourceSchema } from "./schema";
import { blockOf } from "./schema";

/** The inputs after a refresh: what the program gave, except where the daemon has something else. */
export function refreshedInputs(
  schema: ResourceSchema,
  inputs: PropertyMap,
  state: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, input]) => {
      const property = schema.properties[key];
      if (property === undefined || same(property, state[key], input)) return [key, input];
      return [key, importedValue(property, state[key] ?? null)];
    }),
  );
}

/** The inputs of an imported resource: everything that a program would have to say for this state. */
export function importedInputs(schema: ResourceSchema, state: PropertyMap): PropertyMap {
  return importedBlock(schema.properties, state);
}

function importedBlock(block: Block, state: PropertyMap): PropertyMap {
  const inputs: PropertyMap = { [defaultsKey]: [] };
  for (const [key, property] of Object.entries(block)) {
    if (property.output !== undefined) continue;
    const value = importedValue(property, state[key] ?? null);
    const implied = isZero(value) || value === property.default || isEmpty(value);
    if (property.required !== undefined || !implied) inputs[key] = value;
  }
  return inputs;
}

function importedValue(property: Property, value: PropertyValue): PropertyValue {
  const block = blockOf(property);
  if (block === undefined) return value;
  if (isPropertyMap(value)) return importedBlock(block, value);
  if (!Array.isArray(value)) return value;
  return value.map((element) => (isPropertyMap(element) ? importedBlock(block, element) : element));
}

function isEmpty(value: PropertyValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isPropertyMap(value) && Object.keys(value).every((key) => key === defaultsKey);
}
