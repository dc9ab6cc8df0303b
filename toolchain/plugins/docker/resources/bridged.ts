import { automaticName } from "../../host";
import type { CallContext, PropertyMap, ResourceHandler } from "../../host";
import { checkInputs } from "../bridge/check";
import { diffResource } from "../bridge/diff";
import { importedInputs, refreshedInputs } from "../bridge/inputs";
import { previewState, previewUpdate } from "../bridge/preview";
import type { ResourceSchema } from "../bridge/schema";
import { same } from "../bridge/same";
import { metaKey, officialState } from "../bridge/state";

/** What a resource's daemon calls give: its id and its properties, not yet in the official shape. */
export interface Found {
  readonly id: string;
  readonly values: PropertyMap;
}

/** The calls to the daemon behind one resource type. */
export interface Operations {
  create(context: CallContext, inputs: PropertyMap): Promise<Found>;
  /** `undefined` when it is gone. `recorded` is empty when the resource is imported. */
  read(context: CallContext, id: string, recorded: PropertyMap): Promise<Found | undefined>;
  /** Absent where every change replaces the resource, or none needs the daemon. */
  update?(
    context: CallContext,
    id: string,
    old: PropertyMap,
    next: PropertyMap,
  ): Promise<PropertyMap>;
  remove(context: CallContext, id: string, state: PropertyMap): Promise<void>;
}

/** A resource type whose official provider is bridged: its rules are a schema, its work is calls to the daemon. */
export function bridged(schema: ResourceSchema, operations: Operations): ResourceHandler {
  return {
    check(request) {
      return checkInputs(schema.properties, request.news, (key) => {
        const made = automaticName(request, key);
        return made.name ?? made.failure;
      });
    },
    diff({ oldState, news }) {
      return diffResource(schema, oldState, news);
    },
    async create({ news, preview, ...context }) {
      if (preview) return { id: "", state: previewState(schema, news) };
      const { id, values } = await operations.create(context, news);
      return { id, state: officialState(schema, id, values) };
    },
    async read({ id, state, inputs, ...context }) {
      const found = await operations.read(context, id, state);
      if (found === undefined) return undefined;
      const imported = Object.keys(state).length === 0;
      const values = imported ? found.values : settled(schema, found.values, state);
      const read = officialState(schema, found.id, values);
      const given = imported ? importedInputs(schema, read) : refreshedInputs(schema, inputs, read);
      const meta = state[metaKey];
      return {
        id: found.id,
        state: meta === undefined ? read : { ...read, [metaKey]: meta },
        inputs: given,
      };
    },
    async update({ id, oldState, news, preview, ...context }) {
      const next = previewUpdate(schema, oldState, news);
      if (preview) return { state: next };
      const values = (await operations.update?.(context, id, oldState, next)) ?? next;
      return { state: officialState(schema, id, values, true) };
    },
    async delete({ id, state, ...context }) {
      await operations.remove(context, id, state);
    },
  };
}

/** What was read, in recorded words wherever it means the same: a refresh that finds no drift changes nothing. */
function settled(schema: ResourceSchema, values: PropertyMap, recorded: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => {
      const [was, is] = [recorded[key] ?? null, values[key] ?? null];
      return [key, same(property, was, is) ? was : is];
    }),
  );
}
