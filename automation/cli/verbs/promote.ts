import { Option } from "commander";

import { verdictExitCodes } from "../../errors";
import {
  allowDataLossOption,
  dryRunOption,
  holdingOptions,
  messageOption,
  number,
  overrideFreezeOption,
  updateOptions,
  verifyOption,
} from "../options";
import { differenceLines } from "../render/difference";
import { summaryLine } from "../render/summary";
import { renderVerdict } from "../render/verdict";
import type { Verb } from "../verb";

export const promote: Verb<"promote"> = {
  name: "promote",
  summary: "Deploy another stack's verified release, image by image",
  description:
    "Deploys to TARGET the very images that a release of SOURCE was seen running, with TARGET's own config, and nothing " +
    "is built. Refuses what was not verified in SOURCE, and a program that is not the one that it was verified with. The " +
    "images are pinned for this deployment alone: TARGET's next `up` deploys what the working tree says.",
  positional: [
    { usage: "[source]", field: "from", help: "stack whose release is deployed" },
    { usage: "[target]", field: "stack", help: "stack that it is deployed to" },
  ],
  options: () => [
    ...updateOptions(),
    new Option("--from <stack>", "the same as the first argument"),
    new Option(
      "--release <number>",
      "release of the source (default: the one that runs there)",
    ).argParser(number),
    dryRunOption("only show the difference and what would change"),
    new Option(
      "--allow-other-program",
      "though the working tree is not the commit that the release was verified with",
    ),
    messageOption(),
    verifyOption(),
    allowDataLossOption(),
    overrideFreezeOption(),
    ...holdingOptions(),
  ],
  examples: [
    ["landfall promote dev staging --dry-run", "what differs, and what would change?"],
    ["landfall promote staging production -m 'release 7'", "the same images in production"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) => {
    const { source, configDiff, dryRun } = result;
    const difference = differenceLines(
      `config, from release ${source.release} of ${source.stack} to ${result.stack}`,
      configDiff,
      view,
    );
    return dryRun
      ? [
          ...difference,
          summaryLine(
            result,
            `previewed, release ${source.release} of ${source.stack}`,
            true,
            view,
          ),
        ]
      : [...difference, ...renderVerdict(result, view)];
  },
  exitCode: (result) => (result.dryRun ? 0 : verdictExitCodes[result.verdict]),
};
