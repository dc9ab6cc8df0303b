import { Option } from "commander";

import {
  allowDataLossOption,
  dryRunOption,
  overrideFreezeOption,
  updateOptions,
  yesOption,
} from "../options";
import { lossLines } from "../render/dataLoss";
import { summaryLine } from "../render/summary";
import { factLines } from "../render/verdict";
import type { DestroyResult } from "../../results";
import type { Verb } from "../verb";

export const destroy: Verb<"destroy"> = {
  name: "destroy",
  summary: "Delete the stack's resources",
  description:
    "Deletes what the stack has made. Protected resources, the database's volume above all, are left unless " +
    "--include-protected asks for them. What holds data and is not protected has to be named with --allow-data-loss, " +
    "else nothing is deleted at all; --include-protected takes it too, and a stack whose config says " +
    "deletionProtection: false has given its data up. Asks first at a terminal; anywhere else it needs --yes.",
  options: () => [
    ...updateOptions(),
    dryRunOption("only show what would be deleted"),
    new Option("--include-protected", "delete protected resources too, and all data"),
    allowDataLossOption(),
    new Option("--remove", "remove the emptied stack, its history and its releases as well"),
    overrideFreezeOption(),
    yesOption(),
  ],
  examples: [
    ["landfall destroy --dry-run", "what would be deleted, and which data with it?"],
    [
      "landfall destroy --allow-data-loss cache --yes",
      "all but what is protected, the cache's data too",
    ],
    ["landfall destroy -s pr-42 --include-protected --remove --yes", "leave nothing of a stack"],
  ],
  group: "Deploy",
  progress: "tree",
  question: ({ stack, dryRun, includeProtected, allowDataLoss = [], remove }) => {
    if (dryRun === true) return undefined;
    const named =
      allowDataLoss.length === 0 ? "" : `, the data of ${allowDataLoss.join(", ")} included`;
    const data = includeProtected === true ? ", its protected data included" : named;
    const history = remove === true ? ", and the stack's history" : "";
    return `This deletes everything in stack "${stack}"${data}${history}.`;
  },
  show: (result, view) => [
    ...(result.dryRun ? lossLines(result.dataLoss, lossHead(result), result.toAllow, view) : []),
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

function lossHead({ toAllow }: DestroyResult): string {
  return toAllow.length > 0
    ? "this would lose data; destroy refuses it unless it is allowed:"
    : "this would lose data, which is allowed:";
}
