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
import { differenceLines } from "../render/difference";
import { summaryLine } from "../render/summary";
import { renderVerdict } from "../render/verdict";
import { clean } from "../render/text";
import type { ResultView, Verb } from "../verb";
import type { MigrationWayBack, RollbackResult } from "../../results";

export const rollback: Verb<"rollback"> = {
  name: "rollback",
  summary: "Deploy an earlier release's config and images again",
  description:
    "Sets the config of an earlier good release, images included, and deploys it; recorded as a new release. " +
    "Refuses, with the reason, when an image is gone or its code does not work with the database's schema.",
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
    new Option("--migrate-down", "undo the migrations that the release's code does not work with"),
    new Option(
      "--restore-backup",
      "put back the database's backup from before them; what was written since is lost",
    ),
    allowDataLossOption(),
    overrideFreezeOption(),
  ],
  examples: [
    ["landfall rollback", "back to the release before the one that runs"],
    ["landfall rollback --to 7 --dry-run", "what would going back to release 7 change?"],
    ["landfall rollback --migrate-down", "back, and the schema with it"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) =>
    result.dryRun
      ? [
          ...differenceLines("config", result.configDiff, view),
          ...schemas(result.migrations, view),
          summaryLine(result, `previewed, ${direction(result)}`, true, view),
        ]
      : [...differenceLines("config", result.configDiff, view), ...renderVerdict(result, view)],
  exitCode: (result) => (result.dryRun ? 0 : verdictExitCodes[result.verdict]),
};

function direction({ from, to }: RollbackResult): string {
  return from === undefined ? `to release ${to}` : `from release ${from} to release ${to}`;
}

/** What the databases' schemas say to it; nothing where it is safe. */
function schemas(ways: readonly MigrationWayBack[], { style }: ResultView): string[] {
  const lines = ways
    .filter(({ kind }) => kind !== "safe")
    .map(
      ({ job, kind, reason }) =>
        `  ${style.paint(clean(kind), "red")} ${clean(`${job}: ${reason}`)}`,
    );
  return lines.length > 0 ? [style.paint("migrations", "bold"), ...lines, ""] : [];
}
