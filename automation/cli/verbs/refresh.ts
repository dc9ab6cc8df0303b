import { dryRunOption, updateOptions } from "../options";
import { recoveryText } from "../render/recovery";
import { summaryLine } from "../render/summary";
import { factLines } from "../render/verdict";
import type { Verb } from "../verb";

export const refresh: Verb<"refresh"> = {
  name: "refresh",
  summary: "Bring the state in line with what is really there",
  description:
    "Looks at every resource and takes what it finds into the stack's state. Nothing that runs is changed.",
  options: () => [...updateOptions(), dryRunOption("only show what differs")],
  examples: [
    ["landfall refresh --dry-run", "has anything drifted?"],
    ["landfall refresh", "take the drift into the state"],
  ],
  group: "Mend",
  progress: "tree",
  show: (result, view) => [
    summaryLine(result, result.dryRun ? "compared" : "refreshed", result.dryRun, view),
    ...factLines([["recovered", result.recovered.map(recoveryText)]], view),
  ],
};
