import type { PropertyMap } from "../../host/values";
import { Unknown, containsUnknown, unknownSentinels } from "../../host/values";
import { planned } from "./diff";
import { same, wanted } from "./same";
import type { Property, ResourceSchema } from "./schema";

const sentinels = {
  string: unknownSentinels.string,
  bool: unknownSentinels.boolean,
  int: unknownSentinels.number,
  map: unknownSentinels.map,
  list: unknownSentinels.list,
  set: unknownSentinels.list,
} as const satisfies Record<Property["type"], string>;

/** What a new resource's state will be, with unknowns for what only the daemon can tell. */
export function previewState(schema: ResourceSchema, news: PropertyMap): PropertyMap {
  const state: PropertyMap = { id: new Unknown() };
  for (const [key, property] of Object.entries(schema.properties)) {
    const given = news[key] ?? null;
    if (given !== null) state[key] = containsUnknown(given) ? given : planned(property, given);
    else if (property.computed !== undefined) state[key] = new Unknown(sentinels[property.type]);
    else state[key] = property.default ?? null;
  }
  return state;
}

/** What an existing resource's state will be after an update in place. */
export function previewUpdate(
  schema: ResourceSchema,
  recorded: PropertyMap,
  inputs: PropertyMap,
): PropertyMap {
  const { oldState, news } = schema.comparable?.(recorded, inputs) ?? {
    oldState: recorded,
    news: inputs,
  };
  const state: PropertyMap = { ...oldState };
  for (const [key, property] of Object.entries(schema.properties)) {
    if (property.output !== undefined) continue;
    const old = oldState[key] ?? null;
    const next = wanted(property, old, news[key]);
    // What means the same keeps its recorded words.
    state[key] = same(property, old, next) ? old : planned(property, next);
  }
  return state;
}
