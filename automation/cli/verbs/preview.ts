import { Option } from "commander";

import { lossText } from "../../dataLossError";
import type { PreviewResult } from "../../results";
import { updateOptions } from "../options";
import { summaryLine } from "../render/summary";
import { factLines } from "../render/verdict";
import { clean } from "../render/text";
import type { ResultView, Verb } from "../verb";

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
    ...lossLines(result, view),
    summaryLine(result, result.changed ? "previewed" : "nothing to change", true, view),
    ...factLines([["next", nextOf(result)]], view),
  ],
};

function lossLines({ dataLoss }: PreviewResult, { style }: ResultView): string[] {
  if (dataLoss.length === 0) return [];
  const head = `${style.symbols.warning} this would lose data; up refuses it unless it is allowed:`;
  const allow = [...new Set(dataLoss.map(({ name }) => `--allow-data-loss ${name}`))].join(" ");
  const lines = [
    head,
    ...dataLoss.map((loss) => `  ${lossText(loss)}`),
    `  allow it with ${allow}`,
  ];
  return [...lines.map((line) => style.paint(clean(line), "red", "bold")), ""];
}

function nextOf({ changed, stack, saved }: PreviewResult): string[] {
  if (saved !== undefined) return [`landfall up -s ${stack} --plan ${saved}`];
  return changed ? [`landfall up -s ${stack}`] : [];
}
