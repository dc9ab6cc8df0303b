import { Option } from "commander";

import { number } from "../options";
import { countsBrief } from "../render/ops";
import { commitText, kindText, stateCell } from "../render/release";
import type { Paint } from "../render/style";
import { renderTable } from "../render/table";
import { duration, moment } from "../render/time";
import type { Verb } from "../verb";
import type { ReleaseSummary } from "../../results";

export const history: Verb<"history"> = {
  name: "history",
  summary: "List releases, newest first",
  description: "Lists what was deployed, when, by whom and how it ended.",
  options: () => [
    new Option("-n, --limit <count>", "how many, newest first (default: 20)").argParser(number),
  ],
  examples: [["landfall history -n 5", "the last five releases"]],
  group: "Look",
  progress: "quiet",
  show: (result, view) => {
    if (result.releases.length === 0) return [`stack "${result.stack}" has no releases yet`];
    const rows = result.releases.map((release) => rowOf(release, view.style.unicode));
    const headings = ["release", "state", "started", "took", "by", "commit", "changes", "message"];
    return renderTable(headings, rows, { ...view, indent: 0 });
  },
};

function rowOf(
  release: ReleaseSummary,
  unicode: boolean,
): (string | { text: string; paint: Paint })[] {
  const { number: id, state, startedAt, durationMs, by, program, changes, message } = release;
  const kind = kindText(release);
  return [
    String(id),
    stateCell(state),
    moment(startedAt),
    durationMs === undefined ? "" : duration(durationMs),
    by.user,
    commitText(program),
    changes === undefined ? "" : countsBrief(changes, unicode),
    [kind, message ?? ""].filter((text) => text !== "").join(": "),
  ];
}
