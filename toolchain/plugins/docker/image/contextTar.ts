import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile, readlink, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { Header, Pack } from "tar-stream";
import type { ContextFile, Exclusions } from "./contextFiles";
import { contextFiles, exclusions } from "./contextFiles";

export interface BuildContext {
  /** An archive of what the builder may read. */
  readonly archive: Readable;
  /** The Dockerfile's name in it. */
  readonly dockerfile: string;
}

const ignoreFile = ".dockerignore";

/** The path of a Dockerfile from its context's root; one outside starts with `../`. */
export async function relativeDockerfile(context: string, dockerfile: string): Promise<string> {
  const root = await realpath(resolve(context));
  return relative(root, await realpath(resolve(dockerfile)))
    .split(sep)
    .join("/");
}

/** Packs a context without what it ignores. A Dockerfile from outside is put in, where no COPY can see it. */
export async function buildContext(context: string, dockerfile: string): Promise<BuildContext> {
  const root = await realpath(resolve(context));
  const name = await relativeDockerfile(context, dockerfile);
  const excluded = await exclusions(context, dockerfile);
  const archive = pack();
  if (!name.startsWith("../") && !isAbsolute(name)) {
    // The builder needs both even where they are ignored, and leaves them out of copies itself.
    const needed = new Set([name, ignoreFile]);
    const kept = {
      ...excluded,
      excludes: (file: string) => !needed.has(file) && excluded.excludes(file),
    };
    fill(archive, packAll(archive, root, kept, new Set()));
    return { archive: Readable.from(archive, { objectMode: false }), dockerfile: name };
  }
  const content = await readFile(dockerfile);
  const inner = `.dockerfile.${createHash("sha256").update(content).digest("hex").slice(0, 20)}`;
  const ignores = `${excluded.text}\n${ignoreFile}\n${inner}\n`;
  fill(
    archive,
    (async () => {
      await packAll(archive, root, excluded, new Set([ignoreFile]));
      await entry(archive, { name: ignoreFile, mode: 0o600 }, Buffer.from(ignores));
      await entry(archive, { name: inner, mode: 0o600 }, content);
    })(),
  );
  return { archive: Readable.from(archive, { objectMode: false }), dockerfile: inner };
}

function fill(archive: Pack, packing: Promise<void>): void {
  packing.then(
    () => {
      archive.finalize();
    },
    (error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
}

async function packAll(
  archive: Pack,
  root: string,
  excluded: Exclusions,
  without: ReadonlySet<string>,
): Promise<void> {
  for await (const file of contextFiles(root, excluded, true))
    if (!without.has(file.name)) await packFile(archive, file);
}

async function packFile(archive: Pack, { name, path, stats }: ContextFile): Promise<void> {
  const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime, uid: 0, gid: 0 };
  if (stats.isDirectory()) await entry(archive, { ...header, type: "directory" });
  else if (stats.isSymbolicLink())
    await entry(archive, { ...header, type: "symlink", linkname: await readlink(path) });
  else if (stats.isFile()) await packContent(archive, { ...header, size: stats.size }, path);
}

async function packContent(
  archive: Pack,
  header: EntryHeader & { size: number },
  path: string,
): Promise<void> {
  if (header.size === 0) return entry(archive, header);
  const sink = archive.entry(header);
  const ended = once(sink, "close");
  // No more than the header promised: a file that grows meanwhile must not break the archive.
  for await (const chunk of createReadStream(path, { end: header.size - 1 }))
    if (!sink.write(chunk)) await once(sink, "drain");
  sink.end(null);
  await ended;
}

type EntryHeader = Partial<Header> & Pick<Header, "name">;

function entry(
  archive: Pack,
  header: EntryHeader,
  content: Buffer = Buffer.alloc(0),
): Promise<void> {
  return new Promise((done, failed) => {
    archive.entry(header, content, (error) => {
      if (error) failed(error);
      else done();
    });
  });
}
