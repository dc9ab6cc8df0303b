import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { contextFiles, exclusions } from "./contextFiles";
import { resolveLinks } from "./links";

/** The official plugin's digest of all that a build reads: unchanged means that nothing is built. */
export async function contextDigest(context: string, dockerfile: string): Promise<string> {
  const sum = createHash("sha256");
  const add = (name: string, mode: string, content: Buffer): void => {
    sum.update(name).update(mode).update(content).update("\0");
  };
  // The Dockerfile counts by its content alone, wherever it lies and whatever it is called.
  add("Dockerfile", "-".repeat(10), await fileDigest(dockerfile));
  for await (const { name, path, stats } of contextFiles(
    context,
    await exclusions(context, dockerfile),
  ))
    add(name, modeText(stats), await contentDigest(path, stats));
  return sum.digest("hex");
}

async function contentDigest(path: string, stats: Stats): Promise<Buffer> {
  if (stats.isFile()) return fileDigest(path);
  const link = stats.isSymbolicLink() ? await resolveLinks(path) : "";
  return createHash("sha256").update(link).digest();
}

async function fileDigest(path: string): Promise<Buffer> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}

const permissions = ["r", "w", "x", "r", "w", "x", "r", "w", "x"];

/** A file's mode in Go's notation. */
export function modeText(stats: Stats): string {
  const kinds: [boolean, string][] = [
    [stats.isSymbolicLink(), "L"],
    [stats.isBlockDevice() || stats.isCharacterDevice(), "D"],
    [stats.isFIFO(), "p"],
    [(stats.mode & 0o4000) !== 0, "u"],
    [(stats.mode & 0o2000) !== 0, "g"],
    [stats.isCharacterDevice(), "c"],
    [(stats.mode & 0o1000) !== 0, "t"],
  ];
  const prefix = kinds.map(([is, letter]) => (is ? letter : "")).join("");
  const bits = permissions.map((letter, index) =>
    (stats.mode & (1 << (8 - index))) === 0 ? "-" : letter,
  );
  return (prefix === "" ? "-" : prefix) + bits.join("");
}
