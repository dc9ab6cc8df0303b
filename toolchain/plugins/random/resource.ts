import { isDeepStrictEqual } from "node:util";
import { InvalidRequestError, Secret, Unknown, checkProperties } from "../host";
import type {
  CheckFailure,
  DiffResult,
  PropertyMap,
  PropertySpecs,
  PropertyValue,
  ReadRequest,
  ReadResult,
  ResourceHandler,
} from "../host";
import { rawStateDelta } from "./rawState";

/** A value made once and then kept in state until an input changes: all that this plugin's types differ in. */
export interface RandomResource {
  /** Changing any of them replaces the resource, but for what `updates` says. */
  readonly inputs: PropertySpecs;
  /** Outputs beside the inputs and the id. */
  readonly computed: PropertySpecs;
  readonly secrets?: readonly string[];
  /** Version of the official plugin's state, where it is not the first. */
  readonly schemaVersion?: string;
  /** Names in the official plugin's raw state that do not follow from ours. */
  readonly rawNames?: Readonly<Record<string, string>>;
  /** Fills in what defaults cannot: always the inputs named in `completed`. */
  readonly complete?: (inputs: PropertyMap) => PropertyMap;
  readonly completed?: readonly string[];
  /** Rules beyond types. Values may be unknown still. */
  readonly rules?: (inputs: PropertyMap) => readonly CheckFailure[];
  /** Whether a change is taken over in place, without a new value. */
  readonly updates?: (key: string, old: PropertyValue, now: PropertyValue) => boolean;
  readonly generate: (inputs: PropertyMap) => Generated | Promise<Generated>;
  /** Makes the state of an existing value from the id given to an import. */
  readonly adopt?: (id: string) => Adopted | Promise<Adopted>;
}

export interface Generated {
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface Adopted extends Generated {
  readonly inputs: PropertyMap;
}

export function randomResource(resource: RandomResource): ResourceHandler {
  return {
    check({ news }) {
      const { inputs, failures } = checkProperties(resource.inputs, news);
      const broken = failures.length > 0 ? [] : (resource.rules?.(plan(resource, inputs)) ?? []);
      return { inputs, failures: [...failures, ...broken] };
    },

    diff: ({ oldState, news }) => diff(resource, oldState, news),

    async create({ news, preview }) {
      const inputs = plan(resource, news);
      if (preview) return { id: "", state: preliminary(resource, inputs) };
      const { id, outputs } = await resource.generate(inputs);
      return { id, state: record(resource, id, { ...inputs, ...outputs }) };
    },

    read: (request) => read(resource, request),

    update({ id, oldState, news, preview }) {
      const outputs = pick(oldState, Object.keys(resource.computed));
      const state = { ...outputs, ...plan(resource, news) };
      return { state: preview ? seal(resource, { ...state, id }) : record(resource, id, state) };
    },

    // Nothing exists outside state.
    delete: () => undefined,
  };
}

/** The inputs as the official plugin plans them: with defaults, and without what is not set. */
function plan(resource: RandomResource, inputs: PropertyMap): PropertyMap {
  const planned: PropertyMap = {};
  for (const [key, spec] of Object.entries(resource.inputs)) {
    const value = inputs[key] ?? spec.default;
    if (value !== undefined && value !== null) planned[key] = value;
  }
  return resource.complete?.(planned) ?? planned;
}

function diff(resource: RandomResource, oldState: PropertyMap, news: PropertyMap): DiffResult {
  // Planning the old state too forgives the defaults that states of earlier versions lack.
  const old = plan(resource, oldState);
  const now = plan(resource, news);
  const diffs = Object.keys(resource.inputs)
    .filter((key) => !isDeepStrictEqual(old[key], now[key]))
    .sort();
  const replaces = diffs.filter(
    (key) => !inPlace(resource, key, old[key] ?? null, now[key] ?? null),
  );
  return { changes: diffs.length > 0 ? "some" : "none", diffs, replaces };
}

function inPlace(
  resource: RandomResource,
  key: string,
  old: PropertyValue,
  now: PropertyValue,
): boolean {
  // Between no keepers and empty ones there is nothing that could ask for a new value.
  if (key === "keepers") return [old, now].every((keepers) => isDeepStrictEqual(keepers ?? {}, {}));
  return resource.updates?.(key, old, now) ?? false;
}

async function read(resource: RandomResource, request: ReadRequest): Promise<ReadResult> {
  const { id, type, state, inputs } = request;
  const computed = Object.keys(resource.computed);
  // A pet's name is its id: it has nothing computed that could tell a recorded one from an import.
  const signs = computed.length > 0 ? computed : Object.keys(state);
  if (signs.some((key) => key in state)) {
    return { id, inputs, state: record(resource, id, state) };
  }
  if (!resource.adopt) throw new InvalidRequestError(`${type} does not support import`);
  const adopted = await resource.adopt(id);
  const planned = plan(resource, adopted.inputs);
  const full = { ...planned, ...adopted.outputs };
  return { id: adopted.id, inputs: adopted.inputs, state: record(resource, adopted.id, full) };
}

function preliminary(resource: RandomResource, inputs: PropertyMap): PropertyMap {
  const unknown = Object.fromEntries(
    ["id", ...Object.keys(resource.computed)].map((key) => [key, new Unknown()]),
  );
  return seal(resource, { ...inputs, ...unknown });
}

/** State as the official plugin records it. */
function record(resource: RandomResource, id: string, values: PropertyMap): PropertyMap {
  const known = pick(values, [...Object.keys(resource.inputs), ...Object.keys(resource.computed)]);
  const { schemaVersion: version } = resource;
  return {
    ...seal(resource, known),
    ...(version === undefined ? {} : { __meta: JSON.stringify({ schema_version: version }) }),
    __pulumi_raw_state_delta: rawStateDelta(Object.keys(resource.inputs), known, resource.rawNames),
    id,
  };
}

function seal(resource: RandomResource, values: PropertyMap): PropertyMap {
  const sealed = { ...values };
  for (const key of resource.secrets ?? []) {
    const value = sealed[key];
    if (value !== undefined && !(value instanceof Secret)) sealed[key] = new Secret(value);
  }
  return sealed;
}

function pick(map: PropertyMap, keys: readonly string[]): PropertyMap {
  const found = keys.map((key): [string, PropertyValue] => [key, map[key] ?? null]);
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}
