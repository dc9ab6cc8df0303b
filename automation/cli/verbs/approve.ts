import { Option } from "commander";

import { number } from "../options";
import { clean } from "../render/text";
import type { Verb } from "../verb";

export const approve: Verb<"approve"> = {
  name: "approve",
  summary: "Answer a manual gate that a deploy waits at",
  description:
    "Says yes, or with --reject no, to the manual gate that waits. Where several wait, name the one; where none fits, " +
    "those that wait are listed.",
  options: () => [
    new Option("--release <number>", "release that waits (default: the one that does)").argParser(
      number,
    ),
    new Option("--service <name>", "service whose gate waits"),
    new Option("--gate <name>", "gate that waits"),
    new Option("--reject", "say no: the release is rolled back"),
    new Option("--reason <text>", "kept in the release record"),
  ],
  examples: [
    ["landfall approve -s production", "let the release that waits go on"],
    ["landfall approve --reject --reason 'prices are wrong'", "send it back"],
  ],
  group: "Deploy",
  progress: "quiet",
  show: ({ approved, release, service, gate, stack }) => [
    clean(
      `${approved ? "approved" : "rejected"} gate "${gate}" of service ${service}, release ${release} of stack "${stack}"`,
    ),
  ],
};
