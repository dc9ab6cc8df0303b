import { Option } from "commander";

import { verdictExitCodes } from "../../errors";
import {
  allowDataLossOption,
  dryRunOption,
  messageOption,
  number,
  overrideFreezeOption,
  updateOptions,
  verifyOption,
} from "../options";
import { clean } from "../render/text";
import { summaryLine } from "../render/summary";
import { renderVerdict } from "../render/verdict";
import type { ResultView, Verb } from "../verb";
import type { ConfigDifference, RollbackResult } from "../../results";

export const rollback: Verb<"rollback"> = {
  name: "rollback",
  summary: "Deploy an earlier release's config and images again",
  description:
    "Sets the config of an earlier good release, images included, and deploys it; recorded as a new release. " +
    "Refuses, with the reason, when an image is gone.",
  options: () => [
    ...updateOptions(),
    new Option("--to <release>", "release to go back to (default: the one before)").argParser(
      number,
    ),
    new Option("--steps <count>", "how many good releases to go back (default: 1)").argParser(
      number,
    ),
    dryRunOption("only show the difference"),
    messageOption(),
    verifyOption(),
    allowDataLossOption(),
    overrideFreezeOption(),
  ],
  examples: [
    ["landfall rollback", "back to the release before the one that runs"],
    ["landfall rollback --to 7 --dry-run", "what would going back to release 7 change?"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) =>
    result.dryRun
      ? [
          ...differences(result.configDiff, view),
          summaryLine(result, `previewed, ${direction(result)}`, true, view),
        ]
      : [...differences(result.configDiff, view), ...renderVerdict(result, view)],
  exitCode: (result) => (result.dryRun ? 0 : verdictExitCodes[result.verdict]),
};

function direction({ from, to }: RollbackResult): string {
  return from === undefined ? `to release ${to}` : `from release ${from} to release ${to}`;
}

function differences(diff: readonly ConfigDifference[], { style }: ResultView): string[] {
  const looks = { added: ["+", "green"], removed: ["-", "red"], changed: ["~", "yellow"] } as const;
  const lines = diff.map(({ key, change, secret, before, after }) => {
    const [symbol, paint] = looks[change];
    const sides = secret ? ["[secret]"] : [before, after].filter((side) => side !== undefined);
    const values = sides.join(` ${style.symbols.arrow} `);
    return `  ${style.paint(symbol, paint)} ${clean(`${key} ${values}`)}`;
  });
  return lines.length > 0 ? [style.paint("config", "bold"), ...lines, ""] : [];
}
