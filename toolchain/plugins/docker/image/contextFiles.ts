import type { Stats } from "node:fs";
import { lstat, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import ignore from "@balena/dockerignore";
import { exceptionsIn } from "../../../dockerignore";

export interface ContextFile {
  /** From the context's root, with slashes. */
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

/** What an ignore file leaves out of a build context. */
export interface Exclusions {
  readonly text: string;
  readonly excludes: (name: string) => boolean;
  /** Whether nothing below a folder can be taken back in. */
  readonly prunes: (folder: string) => boolean;
}

/** The Dockerfile's own ignore file, else the context's, else none. */
export async function exclusions(context: string, dockerfile: string): Promise<Exclusions> {
  for (const path of [`${dockerfile}.dockerignore`, join(context, ".dockerignore")]) {
    const text = await readIfThere(path);
    if (text !== undefined) return parseExclusions(text);
  }
  return parseExclusions("");
}

export function parseExclusions(text: string): Exclusions {
  const rules = ignore({ ignorecase: false }).add(text.replace(/^\uFEFF/, ""));
  const takenBackIn = exceptionsIn(text);
  const excludes = (name: string): boolean => rules.ignores(name);
  return { text, excludes, prunes: (folder) => excludes(folder) && !takenBackIn(folder) };
}

/** A context's files, links and, where asked for, folders, in the order of their names folder by folder. */
export async function* contextFiles(
  context: string,
  { excludes, prunes }: Exclusions,
  withFolders = false,
  below = "",
): AsyncGenerator<ContextFile> {
  const names = (await readdir(join(context, below))).sort(byBytes);
  for (const entry of names) {
    const name = below === "" ? entry : `${below}/${entry}`;
    const path = join(context, name);
    const stats = await lstat(path);
    if (stats.isDirectory()) {
      if (prunes(name)) continue;
      if (withFolders && !excludes(name)) yield { name, path, stats };
      yield* contextFiles(context, { excludes, prunes, text: "" }, withFolders, name);
    } else if (!excludes(name)) yield { name, path, stats };
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
