import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { PropertyMap } from "../../host/values";
import { flag, text } from "../bridge/read";

const defaultMode = 0o644;
const executableMode = 0o744;

/**
 * The files to put into a new container, as one archive from its root.
 *
 * @throws when a file has no content or several, or its source cannot be read.
 */
export async function uploadArchive(uploads: readonly PropertyMap[]): Promise<Buffer> {
  const archive = pack();
  for (const upload of uploads) {
    const file = text(upload, "file") ?? "";
    archive.entry(
      { name: file, mode: modeOf(upload), mtime: new Date() },
      await contentOf(upload, file),
    );
  }
  archive.finalize();
  return buffer(Readable.from(archive));
}

async function contentOf(upload: PropertyMap, file: string): Promise<Buffer> {
  const content = text(upload, "content");
  if (content !== undefined) return Buffer.from(content);
  const encoded = text(upload, "contentBase64");
  if (encoded !== undefined) return Buffer.from(encoded, "base64");
  const source = text(upload, "source") ?? "";
  try {
    return await readFile(source);
  } catch (cause) {
    throw new Error(`The source "${source}" of the upload ${file} cannot be read`, { cause });
  }
}

function modeOf(upload: PropertyMap): number {
  const permissions = text(upload, "permissions");
  if (permissions !== undefined) return Number.parseInt(permissions, 8);
  return flag(upload, "executable") ? executableMode : defaultMode;
}
