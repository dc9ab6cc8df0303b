import { Option } from "commander";

import { dryRunOption, overrideFreezeOption, updateOptions, yesOption } from "../options";
import { summaryLine } from "../render/summary";
import { factLines } from "../render/verdict";
import type { Verb } from "../verb";

export const destroy: Verb<"destroy"> = {
  name: "destroy",
  summary: "Delete the stack's resources",
  description:
    "Deletes what the stack has made. Protected resources, the database's volume above all, are left unless " +
    "asked for. Asks first at a terminal; anywhere else it needs --yes.",
  options: () => [
    ...updateOptions(),
    dryRunOption("only show what would be deleted"),
    new Option("--include-protected", "delete protected resources too, and with them their data"),
    new Option("--remove", "remove the emptied stack, its history and its releases as well"),
    overrideFreezeOption(),
    yesOption(),
  ],
  examples: [
    ["landfall destroy --dry-run", "what would be deleted?"],
    ["landfall destroy -s pr-42 --include-protected --remove --yes", "leave nothing of a stack"],
  ],
  group: "Deploy",
  progress: "tree",
  question: ({ stack, dryRun, includeProtected, remove }) => {
    if (dryRun === true) return undefined;
    const data = includeProtected === true ? ", its protected data included" : "";
    const history = remove === true ? ", and the stack's history" : "";
    return `This deletes everything in stack "${stack}"${data}${history}.`;
  },
  show: (result, view) => [
    summaryLine(result, result.dryRun ? "previewed" : "destroyed", result.dryRun, view),
    ...factLines(
      [
        ["kept", result.kept.map((urn) => `${urn.split("::").at(-1) ?? urn} (protected)`)],
        ["stack", result.removed ? ["removed"] : []],
        [
          "next",
          result.kept.length > 0 ? [`landfall destroy -s ${result.stack} --include-protected`] : [],
        ],
      ],
      view,
    ),
  ],
};
