import { Option } from "commander";

import { verdictExitCodes } from "../../errors";
import {
  allowDataLossOption,
  holdingOptions,
  messageOption,
  number,
  overrideFreezeOption,
  updateOptions,
  verifyOption,
} from "../options";
import { renderVerdict } from "../render/verdict";
import type { Verb } from "../verb";

export const up: Verb<"up"> = {
  name: "up",
  summary: "Deploy the stack and tell what is really running",
  description:
    "Runs the program, changes what differs, then asks the platform what is really running and probes the public " +
    "routes. The verdict is what was observed: deployed, unchanged, rolled back, failed or unverified.",
  options: () => [
    ...updateOptions(),
    new Option("--refresh", "compare with what is really there, not only with the state"),
    new Option(
      "--rebuild [service...]",
      "build images again though nothing of them has changed (default: those that changed)",
    ),
    messageOption(),
    verifyOption(),
    new Option("--plan <file>", "do what a saved preview lists, and nothing else"),
    new Option("--plan-max-age <seconds>", "refuse a saved plan that is older").argParser(number),
    allowDataLossOption(),
    overrideFreezeOption(),
    ...holdingOptions(),
  ],
  examples: [
    ["landfall up", "deploy the stack dev"],
    [
      "landfall up -s staging -m 'new checkout'",
      "deploy another stack, with a note in its history",
    ],
    ["landfall up --failure-budget 0", "go back when a single probe request is lost on the way"],
    ["landfall up --rebuild api", "build the API's image again though nothing of it has changed"],
    [
      "landfall up --wait 600 --json",
      "in CI: wait ten minutes for the lock, print the result as JSON",
    ],
  ],
  group: "Deploy",
  progress: "tree",
  show: renderVerdict,
  exitCode: (result) => verdictExitCodes[result.verdict],
};
