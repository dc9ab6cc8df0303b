import { Option } from "commander";

import { number } from "../options";
import { changeLine, differenceLines } from "../render/difference";
import { commitText, stateCell } from "../render/release";
import { clean, wrap } from "../render/text";
import { moment } from "../render/time";
import { shortDigest } from "../render/verdict";
import type { ResultView, Verb } from "../verb";
import type { DiffResult, ImageDifference, ReleaseSummary } from "../../results";

export const diff: Verb<"diff"> = {
  name: "diff",
  summary: "Show what differs between two releases",
  description:
    "Compares the config, features, images, migrations and program of two releases. Secrets are compared by what they " +
    "hold, and never shown.",
  positional: [
    { usage: "[from]", field: "from", help: "number of a release", parse: number },
    {
      usage: "[to]",
      field: "to",
      help: "number of another (default: the one that runs)",
      parse: number,
    },
  ],
  options: () => [
    new Option("--from <number>", "the same as the first argument").argParser(number),
    new Option("--to <number>", "the same as the second argument").argParser(number),
  ],
  examples: [
    ["landfall diff 7", "what has changed from release 7 to the one that runs?"],
    ["landfall diff 7 9 --json", "the same of two releases, as JSON"],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => [
    headLine(result, view),
    "",
    ...(result.same ? ["nothing differs", ""] : []),
    ...differenceLines("config", result.config, view),
    ...differenceLines("features", result.features, view),
    ...imageLines(result.images, view),
    ...migrationLines(result, view),
    ...programLines(result, view),
    ...result.notes.flatMap((note) =>
      wrap(clean(note), view.width).map((line) => view.style.paint(line, "yellow")),
    ),
  ],
};

function headLine({ from, to, stack }: DiffResult, { style }: ResultView): string {
  const side = ({ number: id, state, startedAt }: DiffResult["from"]): string => {
    const { text, paint } = stateCell(state);
    return `${style.paint(`release ${id}`, "bold")} ${style.paint(text, paint)} ${moment(startedAt)}`;
  };
  return `${clean(stack)}: ${side(from)} ${style.symbols.arrow} ${side(to)}`;
}

function imageLines(images: readonly ImageDifference[], view: ResultView): string[] {
  const lines = images.flatMap(({ service, change, before, after }) => {
    const told = (["image", "digest", "revision"] as const).filter(
      (key) => before?.[key] !== after?.[key],
    );
    const side = (image: ReleaseSummary["images"][string] | undefined): string | undefined =>
      image &&
      told.map((key) => (key === "digest" ? shortDigest(image[key]) : image[key])).join(" ");
    return changeLine(change, service, [side(before), side(after)], view);
  });
  return lines.length === 0 ? [] : [view.style.paint("images", "bold"), ...lines, ""];
}

function migrationLines({ migrationHead }: DiffResult, view: ResultView): string[] {
  if (migrationHead === undefined) return [];
  const { before = "none", after = "none" } = migrationHead;
  const line = changeLine("changed", "head", [before, after], view);
  return [view.style.paint("migrations", "bold"), ...line, ""];
}

function programLines({ program }: DiffResult, view: ResultView): string[] {
  if (program === undefined) return [];
  const { before, after, commits } = program;
  const unknown = "unknown";
  const sides = [commitText(before) || unknown, commitText(after) || unknown];
  const counts =
    commits === undefined
      ? []
      : [plural(commits.added, "more"), plural(commits.removed, "fewer")].filter(
          (text) => text !== "",
        );
  const moved = before.commit !== after.commit || before.dirty === true || after.dirty === true;
  const [old, now] = [before.lockfile, after.lockfile];
  return [
    view.style.paint("program", "bold"),
    ...(moved ? changeLine("changed", "commit", sides, view) : []),
    ...(counts.length === 0 ? [] : [`    ${counts.join(", ")}`]),
    ...(commits?.newest ?? []).map((line) => view.style.paint(`    ${clean(line)}`, "dim")),
    ...(commits !== undefined && commits.added > commits.newest.length
      ? [view.style.paint(`    ${view.style.symbols.ellipsis}`, "dim")]
      : []),
    ...(before.dirty === true || after.dirty === true
      ? ["    + is a tree with changes that are in no commit: what they were is not known"]
      : []),
    ...(old === now
      ? []
      : changeLine("changed", "lockfile", [shortHash(old), shortHash(now)], view)),
    "",
  ];
}

function shortHash(hash: string | undefined): string {
  return hash === undefined ? "none" : shortDigest(hash);
}

function plural(count: number, which: string): string {
  return count === 0 ? "" : `${count} ${which} commit${count === 1 ? "" : "s"}`;
}
