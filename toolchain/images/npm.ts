import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { ToolchainError } from "../errors";
import { describeFailure, runCommand } from "../run";
import type { ContextFile } from "./content";

/** The npm of the last official node:18 images. */
export const npmRelease = {
  version: "10.8.2",
  integrity:
    "sha512-x/AIjFIKRllrhcb48dqUNAAZl0ig9+qMuN91RpZo3Cb2+zuibfh+KISl6+kVVyktDz230JKc208UkQwwMqyB+w==",
} as const;

const TIMEOUT_MILLISECONDS = 120_000;
const UNNEEDED = /^npm\/(?:docs|man)\//;

/** npm's files for the node image's build context. The host's own npm fetches the release, with its settings. */
export async function npmContext(cache: string, signal?: AbortSignal): Promise<ContextFile[]> {
  const file = path.join(cache, `npm-${npmRelease.version}.tgz`);
  if (!isIntact(file)) await download(cache, file, signal);
  return unpack(file);
}

async function download(cache: string, file: string, signal?: AbortSignal): Promise<void> {
  fs.mkdirSync(cache, { recursive: true });
  const spec = `npm@${npmRelease.version}`;
  const args = ["pack", spec, "--pack-destination", cache, "--loglevel=error"];
  const result = await runCommand("npm", args, {
    cwd: cache,
    timeout: TIMEOUT_MILLISECONDS,
    signal,
  });
  if (result.code !== 0) {
    throw new ToolchainError(`"npm pack ${spec}" failed (${describeFailure(result)})`, result.tail);
  }
  if (isIntact(file)) return;
  fs.rmSync(file, { force: true });
  throw new ToolchainError(
    `"npm pack ${spec}" did not give the release with the integrity ${npmRelease.integrity}: ` +
      "check the registry that npm is configured with",
  );
}

function isIntact(file: string): boolean {
  if (!fs.existsSync(file)) return false;
  const digest = createHash("sha512").update(fs.readFileSync(file)).digest("base64");
  return `sha512-${digest}` === npmRelease.integrity;
}

async function unpack(file: string): Promise<ContextFile[]> {
  const files: ContextFile[] = [];
  const unpacking = extract();
  const reading = pipeline(fs.createReadStream(file), zlib.createGunzip(), unpacking);
  for await (const entry of unpacking) {
    const content = await buffer(entry);
    const name = entry.header.name.replace(/^package\//, "npm/");
    if (entry.header.type !== "file" || UNNEEDED.test(name)) continue;
    files.push({ name, content, mode: entry.header.mode });
  }
  await reading;
  return files;
}
