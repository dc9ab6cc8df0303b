import { LandfallError, RefusedError } from "./errors";
import type { Problem } from "./errors";
import { currentRelease, isGood } from "./release";
import type { ReleaseRecord } from "./release";
import type { ReleaseSummary } from "./results";

/**
 * The release of a source stack that may be promoted: the one that is named, else the one that runs. Only what was seen
 * running as intended may go on.
 * @throws LandfallError `release_not_found`, `refused`
 */
export function verifiedRelease(
  stack: string,
  releases: readonly ReleaseRecord[],
  number?: number,
): ReleaseRecord {
  if (number !== undefined) return named(stack, releases, number);
  const newest = releases.at(-1);
  const current = currentRelease(releases);
  if (newest === undefined || current === undefined) {
    const why = newest === undefined ? "has no releases" : "has none that ran as intended";
    throw new LandfallError("release_not_found", `stack "${stack}" ${why}: deploy it first`);
  }
  // After a roll-back the release before it is known to serve again; of the rest it is not known what runs.
  if (isGood(newest) || newest.state === "rolled_back") return current;
  throw new RefusedError(
    `the newest release of stack "${stack}", ${newest.number}, is ${newest.state}: what runs there is not verified`,
    {
      fix: `Bring it to a verdict (\`landfall verify -s ${stack}\`), or name a good release with --release.`,
    },
  );
}

function named(stack: string, releases: readonly ReleaseRecord[], number: number): ReleaseRecord {
  const release = releases.find((each) => each.number === number);
  if (release === undefined) {
    throw new LandfallError("release_not_found", `stack "${stack}" has no release ${number}`);
  }
  if (isGood(release)) return release;
  throw new RefusedError(
    `release ${number} of stack "${stack}" is ${release.state}: only one that ran as intended can be promoted`,
    { fix: `Choose a good one from \`landfall history -s ${stack}\`.` },
  );
}

type Program = ReleaseSummary["program"];

/**
 * A promotion takes the images, and runs the program of this working tree over them. What keeps that from being what
 * was verified: another commit, or changes that no commit holds. Where there is no git, nothing is known of either.
 */
export function programProblems(
  { number, program }: Pick<ReleaseRecord, "number" | "program">,
  here: Program,
): Problem[] {
  const problems: Problem[] = [];
  if (program.dirty === true) {
    const message = "was made from a tree with changes that no commit holds";
    problems.push({ path: `release ${number}`, message });
  }
  if (here.dirty === true) {
    problems.push({ path: "working tree", message: "has changes that no commit holds" });
  }
  if (here.commit !== program.commit) {
    const [now, then] = [here.commit, program.commit].map(
      (each) => each?.slice(0, 9) ?? "no commit",
    );
    const message = `is at ${now ?? ""}, and release ${number} was verified with the program of ${then ?? ""}`;
    problems.push({ path: "working tree", message });
  }
  return problems;
}

/** @throws RefusedError where the program is not the one that the release was verified with */
export function refuseOtherProgram(release: ReleaseRecord, here: Program): void {
  const problems = programProblems(release, here);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `the ${path} ${message}`);
  throw new RefusedError(`the program is not the verified one: ${lines.join("; ")}`, {
    problems,
    fix: "Check out the commit of the release, or allow it with --allow-other-program.",
  });
}
