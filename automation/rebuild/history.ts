import { posix } from "node:path";

import { git } from "../git";
import type { GitAnswer } from "../git";
import type { ChangedFile, History, HistoryGap } from "./types";

const gitlink = "160000";

/** What of a release leads to the difference since it. */
export interface Since {
  /** Number of the release. */
  number: number;
  commit?: string;
}

/**
 * The difference between a release's commit and the working tree, untracked files among it, as git sees it. It never
 * fails: what cannot be told is a gap with its reason.
 */
export async function readHistory(
  projectDir: string,
  env: Readonly<Record<string, string | undefined>>,
  since: Since | undefined,
): Promise<History> {
  if (since === undefined) return gap("no-release", "there is no release that ran as intended");
  const ask = (...args: string[]): Promise<GitAnswer> => git(projectDir, env, args);
  const place = await ask("rev-parse", "--show-toplevel", "--show-prefix");
  if (!place.ok) return gap("no-git", `the project is in no git repository (${place.reason})`);
  const [top = "", prefix = ""] = place.stdout.split("\n");
  const { commit, number } = since;
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit))
    return gap("no-commit", `release ${number} was made without a commit`);
  const short = commit.slice(0, 12);
  if (!(await ask("cat-file", "-e", `${commit}^{commit}`)).ok) {
    const shallow = (await ask("rev-parse", "--is-shallow-repository")).stdout.trim() === "true";
    const why = shallow ? ": this clone is shallow" : "";
    return gap("unknown-commit", `commit ${short} of release ${number} is not here${why}`);
  }
  if (!(await ask("merge-base", "--is-ancestor", commit, "HEAD")).ok)
    return gap("rewritten-history", `commit ${short} of release ${number} is not behind HEAD`);
  return difference((...args) => git(top, env, args), commit, prefix);
}

async function difference(
  ask: (...args: string[]) => Promise<GitAnswer>,
  commit: string,
  prefix: string,
): Promise<History> {
  const raw = ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative"];
  const [changed, uncommitted, untracked] = await Promise.all([
    ask(...raw, "--ignore-submodules=none", commit, "--"),
    ask(...raw, "--ignore-submodules=none", "HEAD", "--"),
    ask("ls-files", "--others", "--exclude-standard", "-z"),
  ]);
  const failed = [changed, uncommitted, untracked].find(({ ok }) => !ok);
  if (failed !== undefined)
    return gap("git-failed", `git cannot tell the difference: ${failed.reason}`);
  const inProject = (file: string): string => posix.relative(prefix, file);
  const found = new Map<string, ChangedFile>();
  for (const { path, kind } of entriesOf(changed.stdout))
    found.set(path, { path: inProject(path), kind });
  for (const file of untracked.stdout.split("\0").filter((name) => name !== ""))
    if (!found.has(file))
      found.set(file, { path: inProject(file), kind: file.endsWith("/") ? "submodule" : "file" });
  return {
    known: true,
    changes: [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    uncommitted: entriesOf(uncommitted.stdout).map(({ path }) => inProject(path)),
  };
}

/** `:100644 100755 <id> <id> M` NUL path NUL; a move is a deletion and an addition. */
function entriesOf(raw: string): ChangedFile[] {
  const parts = raw.split("\0");
  const entries: ChangedFile[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [before, after] = (parts[i] ?? "").slice(1).split(" ");
    const kind = before === gitlink || after === gitlink ? "submodule" : "file";
    entries.push({ path: parts[i + 1] ?? "", kind });
  }
  return entries;
}

function gap(kind: HistoryGap, detail: string): History {
  return { known: false, gap: kind, detail };
}
