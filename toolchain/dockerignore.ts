import * as path from "node:path";

/**
 * Which folders an ignore file's `!patterns` may take something back in from. An ignored folder outside of these need
 * not be read at all, which for one such as node_modules is most of the work.
 * @param text The ignore file's text.
 * @returns whether something in a folder, by its path from the context's root, may be taken back in.
 */
export function exceptionsIn(text: string): (folder: string) => boolean {
  const prefixes = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("!"))
    .map((line) => fixedBeginning(line.slice(1).trim()));
  return (folder) => prefixes.some((prefix) => meet(prefix, `${folder}/`.toLowerCase()));
}

/** What every path that a pattern matches begins with, in lower case: matchers may ignore case. */
function fixedBeginning(pattern: string): string {
  // The matcher hands these on to a regular expression, where they undo what stands before them.
  if (/[|{]/.test(pattern)) return "";
  const clean = path.posix.normalize(pattern).replace(/^\/+/, "");
  return clean === "." ? "" : clean.replace(/[*?[\\+(^].*$/, "").toLowerCase();
}

function meet(prefix: string, folder: string): boolean {
  return prefix.startsWith(folder) || folder.startsWith(prefix);
}
