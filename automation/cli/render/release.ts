import type { ReleaseDetails, ReleaseState, ReleaseSummary } from "../../results";
import type { Paint } from "./style";

const paints: Record<ReleaseState, Paint> = {
  deployed: "green",
  unchanged: "green",
  rolled_back: "yellow",
  failed: "red",
  unverified: "yellow",
  running: "cyan",
  interrupted: "red",
  cancelled: "yellow",
};

/** A release's state as people read it, and how it is painted. */
export function stateCell(state: ReleaseState): { text: string; paint: Paint } {
  return { text: state.replace("_", " "), paint: paints[state] };
}

/** "3f2a91bc0+": the commit, marked where the tree held more than it. */
export function commitText({ commit, dirty }: ReleaseSummary["program"]): string {
  return commit === undefined ? "" : commit.slice(0, 9) + (dirty === true ? "+" : "");
}

/** "rollback to 3", "release 7 of dev", "feature search on", "stop api"; empty for a plain `up`. */
export function kindText({
  kind,
  rollbackTo,
  promotedFrom,
  switched = {},
}: ReleaseSummary): string {
  if (promotedFrom !== undefined) return `release ${promotedFrom.release} of ${promotedFrom.stack}`;
  if (rollbackTo !== undefined) return `rollback to ${rollbackTo}`;
  if (Object.keys(switched).length === 0) return "";
  const told = Object.entries(switched).map(([name, on]) =>
    kind === "stop" || kind === "start" ? name : `${name} ${on ? "on" : "off"}`,
  );
  return `${kind} ${told.join(", ")}`;
}

/** What of a release has a place of its own where it is shown. */
const placed: readonly string[] = (
  "number state kind project stack process startedAt finishedAt durationMs by message rollbackTo promotedFrom program images " +
  "builds migrationHead changes updateVersion error settled services probes steps gates load traffic rolledBack " +
  "freezeOverride allowedDataLoss plan switched"
).split(" ");

/** What else has been written into a release, as JSON. */
export function otherFacts(release: ReleaseDetails): [name: string, values: string[]][] {
  return Object.entries(release)
    .filter(([name]) => !placed.includes(name))
    .map(([name, value]) => [name, [JSON.stringify(value)]]);
}
