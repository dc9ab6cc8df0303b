import { Option } from "commander";

import { dryRunOption, number, yesOption } from "../options";
import { renderTable } from "../render/table";
import type { Verb } from "../verb";

export const prune: Verb<"prune"> = {
  name: "prune",
  summary: "Remove images that no kept release needs",
  description:
    "Removes the stack's images that neither one of its last releases nor any container needs, and that have no name of " +
    "somebody else's. The records of old releases stay. What the last ones ran is pinned against `docker image prune -a`. --dry-run shows what would go. Asks first at a terminal; anywhere " +
    "else it needs --yes.",
  options: () => [
    new Option(
      "--keep <count>",
      "good releases that keep their images (default: config keepReleases, else 10)",
    ).argParser(number),
    new Option("--wait <seconds>", "wait for a lock that an update holds (default: 0)").argParser(
      number,
    ),
    dryRunOption("only show what would go"),
    yesOption(),
  ],
  examples: [
    ["landfall prune --dry-run", "what would go?"],
    ["landfall prune --keep 3 --yes", "keep what the last three releases ran"],
  ],
  group: "Mend",
  progress: "quiet",
  question: ({ stack, dryRun }) =>
    dryRun === true
      ? undefined
      : `This removes the images that old releases of stack "${stack}" ran; --dry-run lists them.`,
  show: ({ images, kept, dryRun, keep }, view) => {
    const rows = images.map(({ digest, tags, size, releases }) => [
      digest.slice(7, 19),
      `${(size / 1e6).toFixed(1)} MB`,
      releases.join(", "),
      tags.join(", "),
    ]);
    const done = dryRun ? "would be removed" : "removed";
    return [
      ...(rows.length === 0
        ? []
        : renderTable(["image", "size", "releases", "names"], rows, { ...view, indent: 0 })),
      `${images.length} images ${done}; those of the last ${keep} releases stay`,
      ...kept.map(({ digest, reason }) => `kept ${digest.slice(7, 19)}: ${reason}`),
    ];
  },
};
