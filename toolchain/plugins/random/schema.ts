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
  const inputs = typesOf(resource.inputs);
  const outputs = resource.computed.map((key) => [
    key,
    { ...outputType(key), ...(resource.secrets?.includes(key) ? { secret: true } : {}) },
  ]);
  const always = Object.entries(resource.inputs)
    .filter(([, spec]) => spec.required === true || spec.default !== undefined)
    .map(([key]) => key);
  return {
    inputProperties: inputs,
    requiredInputs: Object.keys(resource.inputs).filter((key) => resource.inputs[key]?.required),
    properties: { ...inputs, ...Object.fromEntries(outputs) },
    required: [...always, ...resource.computed].sort(),
  };
}

function outputType(key: string): Record<string, unknown> {
  return key === "results" ? { type: "array", items: { type: "string" } } : { type: "string" };
}

function typesOf(specs: PropertySpecs): Record<string, unknown> {
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
