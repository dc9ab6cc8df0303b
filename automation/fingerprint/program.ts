import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { together } from "../together";

const run = promisify(execFile);

/** Beyond these a look at every file would take longer than a preview. */
const limits = { files: 20_000, bytes: 512 * 1024 * 1024 };

/** Made by tools from what is compared anyway, or written while a deploy is under way. */
const passedOver = new Set(["node_modules", ".git", ".landfall"]);

/** The program's files as they are now. */
export interface ProgramPrint {
  /** Undefined where the project is not in git. */
  commit?: string;
  /** Hash of what differs from the commit, untracked files included; without git of all files. */
  files: string;
}

/**
 * A mark that changes with the program's files. Stack files are left out: they are compared as config.
 * What git ignores is not seen, other than in a project that git does not track at all.
 *
 * @param passOver absolute paths that are left out, the state's folder for one
 * @returns undefined where it cannot be told: then the program counts as changed
 */
export async function programPrint(
  dir: string,
  env: Readonly<Record<string, string>>,
  passOver: readonly string[] = [],
): Promise<ProgramPrint | undefined> {
  const ignored = (file: string): boolean =>
    passOver.some((path) => file === path || file.startsWith(`${path}/`)) ||
    (file.startsWith(`${dir}/Pulumi.`) && /^Pulumi\..+\.yaml$/.test(relative(dir, file)));
  const git = (...args: string[]): Promise<string> =>
    run("git", args, {
      cwd: dir,
      env: { ...env, GIT_OPTIONAL_LOCKS: "0" },
      timeout: 20_000,
      maxBuffer: 64 * 1024 * 1024,
    }).then(({ stdout }) => stdout);
  try {
    const tracked = await git("ls-files", "--error-unmatch", "Pulumi.yaml").catch(() => undefined);
    if (tracked === undefined) {
      const found: string[] = [];
      await collect(dir, ignored, found);
      return { files: await hashOf(dir, found) };
    }
    const [root, commit, status] = await together([
      git("rev-parse", "--show-toplevel"),
      git("rev-parse", "--verify", "HEAD"),
      git("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"),
    ]);
    const top = root.trim();
    const changed = status
      .split("\0")
      .filter((entry) => entry !== "")
      .map((entry) => resolve(top, entry.slice(3)))
      .filter((file) => !ignored(file));
    return { commit: commit.trim(), files: await hashOf(top, changed) };
  } catch {
    return undefined;
  }
}

async function collect(
  dir: string,
  ignored: (file: string) => boolean,
  found: string[],
): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const file = join(dir, entry.name);
    if (passedOver.has(entry.name) || ignored(file)) continue;
    if (entry.isDirectory()) await collect(file, ignored, found);
    else found.push(file);
    if (found.length > limits.files) throw new Error(`${dir}: more than ${limits.files} files`);
  }
}

async function hashOf(base: string, files: readonly string[]): Promise<string> {
  if (files.length > limits.files) throw new Error(`more than ${limits.files} files`);
  const whole = createHash("sha256");
  let bytes = 0;
  for (const file of [...files].sort()) {
    const info = await lstat(file).catch(() => undefined);
    bytes += info?.size ?? 0;
    if (bytes > limits.bytes) throw new Error(`more than ${limits.bytes} bytes`);
    const content =
      info === undefined
        ? "gone"
        : info.isSymbolicLink()
          ? await readlink(file)
          : info.isFile()
            ? await contentOf(file)
            : "other";
    whole.update(JSON.stringify([relative(base, file), info?.mode, content]));
  }
  return whole.digest("hex");
}

async function contentOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
