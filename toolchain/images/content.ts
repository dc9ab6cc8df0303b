import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A file of a build context. */
export interface ContextFile {
  /** Path in the context, with slashes. */
  name: string;
  content: Buffer;
  mode: number;
}

/** The files under a folder, in a fixed order; scripts are executable whatever the checkout made of them. */
export function readContext(folder: string): ContextFile[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({
      name: path.relative(folder, file).split(path.sep).join("/"),
      content: fs.readFileSync(file),
      mode: file.endsWith(".sh") ? 0o755 : 0o644,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One hash over texts and files: two images with the same hash are built from the same. */
export function contentHash(texts: string[], files: ContextFile[]): string {
  const hash = createHash("sha256");
  const add = (part: string | Buffer): void => {
    // The length keeps "ab" + "c" apart from "a" + "bc".
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  texts.forEach(add);
  for (const { name, content, mode } of files) {
    add(name);
    add(mode.toString(8));
    add(content);
  }
  return hash.digest("hex");
}
