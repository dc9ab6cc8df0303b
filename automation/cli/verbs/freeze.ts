import { Option } from "commander";

import type { Freeze } from "../../results";
import { moment } from "../render/time";
import { clean } from "../render/text";
import type { Verb } from "../verb";

export const freeze: Verb<"freeze"> = {
  name: "freeze",
  summary: "Forbid deploys of the stack",
  description:
    "Until the time comes or `unfreeze` lifts it, up, rollback and destroy of the stack are refused with exit code 6, " +
    "for everyone who uses its backend. They go ahead with --override-freeze, which the release records.",
  options: () => [
    new Option("--reason <text>", "why: everyone who tries to deploy is told"),
    new Option("--until <time>", "duration from now (90s, 10m, 2h, 1d) or time in ISO 8601"),
  ],
  examples: [
    ["landfall freeze -s production --reason 'shop sale' --until 2d", "no deploys for two days"],
  ],
  group: "Deploy",
  progress: "quiet",
  show: ({ stack, freeze: made }) => [clean(`stack "${stack}" is frozen ${freezeText(made)}`)],
};

export const unfreeze: Verb<"unfreeze"> = {
  name: "unfreeze",
  summary: "Allow deploys of a frozen stack again",
  description: "Lifts what `freeze` has set.",
  options: () => [],
  examples: [["landfall unfreeze -s production", "deploys may go on"]],
  group: "Deploy",
  progress: "quiet",
  show: ({ stack, lifted }) => [
    lifted === undefined
      ? `stack "${stack}" was not frozen`
      : clean(`stack "${stack}" is not frozen any more; it was ${freezeText(lifted)}`),
  ],
};

/** A freeze in one line for people. */
export function freezeText({ reason, since, by, until }: Freeze): string {
  const end = until === undefined ? "until it is lifted" : `until ${moment(until)}`;
  return `${end}, by ${by.user} since ${moment(since)}: ${reason}`;
}
