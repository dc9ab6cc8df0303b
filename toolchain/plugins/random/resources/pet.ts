import { randomInt } from "node:crypto";
import type { RandomResource } from "../resource";
import { keepers, requireNumber, stringAt, within } from "../rules";
import { adjectives, adverbs, animals } from "../words";

export const randomPet: RandomResource = {
  inputs: {
    keepers,
    length: { type: "integer", default: 2 },
    prefix: { type: "string" },
    separator: { type: "string", default: "-" },
  },
  computed: {},
  rules: (inputs) => within(inputs, "length", 1, 100),
  generate(inputs) {
    const prefix = stringAt(inputs, "prefix") ?? "";
    const words = petName(requireNumber(inputs, "length"));
    const parts = prefix === "" ? words : [prefix, ...words];
    return { id: parts.join(stringAt(inputs, "separator")), outputs: {} };
  },
};

/** An animal; before it an adjective; before that as many adverbs as are asked for. */
export function petName(length: number): string[] {
  const before = Array.from({ length: Math.max(0, length - 2) }, () => oneOf(adverbs));
  return [...before, ...(length > 1 ? [oneOf(adjectives)] : []), oneOf(animals)];
}

function oneOf(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? "";
}
