import { Option } from "commander";

import type { PreviewResult } from "../../results";
import { updateOptions } from "../options";
import { lossLines } from "../render/dataLoss";
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
    new Option("--save <file>", "save the plan, for `up --plan` to do exactly that"),
  ],
  examples: [
    ["landfall preview", "what would `up` do to the stack dev?"],
    ["landfall preview -s staging --json", "the same as JSON: see `changed` and `resources`"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) => [
    ...lossLines(
      result.dataLoss,
      "this would lose data; up refuses it unless it is allowed:",
      result.dataLoss.map(({ name }) => name),
      view,
    ),
    summaryLine(result, result.changed ? "previewed" : "nothing to change", true, view),
    ...factLines([["next", nextOf(result)]], view),
  ],
};

function nextOf({ changed, stack, saved }: PreviewResult): string[] {
  if (saved !== undefined) return [`landfall up -s ${stack} --plan ${saved}`];
  return changed ? [`landfall up -s ${stack}`] : [];
}
