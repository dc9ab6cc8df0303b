import { Option } from "commander";

import type { OutputValue } from "../../results";
import { renderTable } from "../render/table";
import type { Verb } from "../verb";

export const outputs: Verb<"outputs"> = {
  name: "outputs",
  summary: "Show the stack's outputs",
  description:
    "Prints the outputs of the last update. Secret values are not shown unless asked for.",
  options: () => [new Option("--show-secrets", "show secret values instead of [secret]")],
  examples: [
    ["landfall outputs", "all outputs"],
    ["landfall outputs --json | jq -r .outputs.webUrl.value", "one of them, for a script"],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => {
    const rows = Object.entries(result.outputs).map(([name, output]) => [name, textOf(output)]);
    return rows.length > 0
      ? renderTable(["output", "value"], rows, { ...view, indent: 0 })
      : [`stack "${result.stack}" has no outputs`];
  },
};

function textOf({ value }: OutputValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
