import type { PropertyValue } from "../../host";
import { shuffle } from "../characters";
import type { RandomResource } from "../resource";
import { keepers, numberAt, within } from "../rules";

export const randomShuffle: RandomResource = {
  inputs: {
    keepers,
    inputs: { type: "list", items: { type: "string" }, required: true },
    resultCount: { type: "integer" },
    seed: {
      type: "string",
      unsupported: "the order that the official plugin derives from a seed cannot be made here",
    },
  },
  computed: { results: { type: "list", items: { type: "string" } } },
  rawNames: { inputs: "input", results: "result" },
  rules: (inputs) => within(inputs, "resultCount", 0),
  generate(planned) {
    const items = Array.isArray(planned.inputs) ? planned.inputs : [];
    const count = numberAt(planned, "resultCount") ?? 0;
    return { id: "-", outputs: { results: take(items, count > 0 ? count : items.length) } };
  },
};

/** No item comes twice before each has come once. */
function take(items: readonly PropertyValue[], count: number): PropertyValue[] {
  const rounds = items.length > 0 ? Math.ceil(count / items.length) : 0;
  const results = Array.from({ length: rounds }, () => shuffle(items)).flat();
  return results.slice(0, count);
}
