import { randomInt } from "node:crypto";
import type { CheckFailure, PropertyMap } from "../../host";
import { InvalidRequestError } from "../../host";
import type { RandomResource } from "../resource";
import { keepers, numberAt, requireNumber } from "../rules";

/** How many values node's unbiased generator can tell apart. */
const maxRange = 2 ** 48 - 1;

export const randomInteger: RandomResource = {
  inputs: {
    keepers,
    min: { type: "integer", required: true },
    max: { type: "integer", required: true },
    seed: {
      type: "string",
      unsupported: "the value that the official plugin derives from a seed cannot be made here",
    },
  },
  computed: { result: { type: "integer" } },
  rules,
  generate(inputs) {
    const result = randomInt(requireNumber(inputs, "min"), requireNumber(inputs, "max") + 1);
    return { id: String(result), outputs: { result } };
  },
  /** `<result>,<min>,<max>`. */
  adopt(given) {
    const match = /^(-?\d+),(-?\d+),(-?\d+)$/.exec(given);
    const [result, min, max] = (match ?? []).slice(1).map(Number);
    if (result === undefined || min === undefined || max === undefined) {
      throw new InvalidRequestError(`${given} is not an integer's id: expected result,min,max`);
    }
    return { id: String(result), inputs: { min, max }, outputs: { result } };
  },
};

function rules(inputs: PropertyMap): CheckFailure[] {
  const min = numberAt(inputs, "min");
  const max = numberAt(inputs, "max");
  if (min === undefined || max === undefined) return [];
  if (max < min)
    return [{ property: "max", reason: `max must be at least min, got ${max} and ${min}` }];
  if (max - min < maxRange) return [];
  return [
    { property: "max", reason: `max may be at most ${maxRange - 1} above min, got ${max - min}` },
  ];
}
