import type { PropertySpec, PropertySpecs } from "../host";
import type { RandomResource } from "./resource";

/** The package's schema, as `pulumi import` and `pulumi package get-schema` read it. */
export function packageSchema(
  name: string,
  version: string,
  resources: Readonly<Record<string, RandomResource>>,
): Record<string, unknown> {
  const described = Object.entries(resources).map(([token, resource]) => [
    token,
    describe(resource),
  ]);
  return { name, version, resources: Object.fromEntries(described) };
}

function describe(resource: RandomResource): Record<string, unknown> {
  const { secrets = [], completed = [] } = resource;
  const inputs = typesOf(resource.inputs);
  const outputs = Object.entries(typesOf(resource.computed)).map(([key, type]) => [
    key,
    secrets.includes(key) ? { ...type, secret: true } : type,
  ]);
  const specs = Object.entries(resource.inputs);
  const filled = specs.filter(([, spec]) => spec.required === true || spec.default !== undefined);
  const always = [...filled.map(([key]) => key), ...completed, ...Object.keys(resource.computed)];
  return {
    inputProperties: inputs,
    requiredInputs: specs.filter(([, spec]) => spec.required).map(([key]) => key),
    properties: { ...inputs, ...Object.fromEntries(outputs) },
    required: always.sort(),
  };
}

function typesOf(specs: PropertySpecs): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, typeOf(spec)]));
}

function typeOf(spec: PropertySpec): Record<string, unknown> {
  switch (spec.type) {
    case "list":
      return { type: "array", items: typeOf(spec.items) };
    case "map":
      return { type: "object", additionalProperties: typeOf(spec.items) };
    case "object":
    case "any":
      return { $ref: "pulumi.json#/Any" };
    default:
      return { type: spec.type };
  }
}
