import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Variables by which a hook's git would make this one look at another repository. */
const location = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
];

/** What a git command came to. */
export interface GitAnswer {
  ok: boolean;
  stdout: string;
  /** The last line that it said on stderr, or why it could not be started. */
  reason: string;
}

/** Runs git in a folder. It only reads: no lock is taken, no prompt shown, no hook or pager run. */
export async function git(
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Promise<GitAnswer> {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !location.includes(name)));
  const options = {
    cwd: dir,
    env: { ...own, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
    timeout: 30_000,
    maxBuffer: 256 * 2 ** 20,
  };
  return run("git", [...args], options).then(
    ({ stdout }) => ({ ok: true, stdout, reason: "" }),
    (error: unknown) => ({ ok: false, stdout: "", reason: reasonOf(error) }),
  );
}

function reasonOf(error: unknown): string {
  const { stderr = "", message = "" } = error as { stderr?: string; message?: string };
  const said = stderr.trim().split("\n").at(-1) ?? "";
  return said === "" ? (message.split("\n")[0] ?? "") : said;
}
