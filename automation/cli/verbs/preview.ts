import { Option } from "commander";

import { updateOptions } from "../options";
import { summaryLine } from "../render/summary";
import { factLines } from "../render/verdict";
import type { Verb } from "../verb";

export const preview: Verb<"preview"> = {
  name: "preview",
  summary: "Show what an update would change",
  description: "Runs the program without changing anything, and lists what `up` would do.",
  options: () => [
    ...updateOptions(),
    new Option("--refresh", "compare with what is really there, not only with the state"),
  ],
  examples: [
    ["landfall preview", "what would `up` do to the stack dev?"],
    ["landfall preview -s staging --json", "the same as JSON: see `changed` and `resources`"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) => [
    summaryLine(result, result.changed ? "previewed" : "nothing to change", true, view),
    ...factLines([["next", result.changed ? [`landfall up -s ${result.stack}`] : []]], view),
  ],
};
