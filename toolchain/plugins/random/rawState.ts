import { Secret, isPropertyMap } from "../host";
import type { PropertyMap, PropertyValue } from "../host";

/**
 * How the official plugin gets from recorded state back to its raw state: where a value is a collection or was
 * null there, and which names differ. Recorded so that it can take over a resource of ours like one of its own.
 */
export function rawStateDelta(
  inputs: readonly string[],
  state: PropertyMap,
  renamed: Readonly<Record<string, string>> = {},
): PropertyMap {
  const properties: PropertyMap = {};
  for (const key of inputs) {
    // The official plugin marks these secret, because it cannot know what the raw value is.
    if (!(key in state)) properties[key] = new Secret({ replace: { raw: null } });
  }
  for (const [key, value] of Object.entries(state)) {
    const collection = collectionDelta(value);
    if (collection) properties[key] = collection;
  }
  const delta: PropertyMap = { ps: properties };
  if (Object.keys(renamed).length > 0) delta.renamed = { ...renamed };
  return { obj: delta };
}

function collectionDelta(value: PropertyValue): PropertyMap | undefined {
  if (Array.isArray(value)) return { arr: {} };
  return isPropertyMap(value) ? { map: {} } : undefined;
}
