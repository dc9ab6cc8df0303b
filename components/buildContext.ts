import dockerignore from "@balena/dockerignore";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { exceptionsIn } from "../toolchain/dockerignore";
import { stableJson } from "./naming";
import type { ImageSpec } from "./image";
import type { BuildStatus } from "./status";

type Build = Extract<ImageSpec, { kind: "build" }>;

/**
 * A hash over everything that a build depends on and that lies in the work tree: the context's files less
 * what `.dockerignore` names, the Dockerfile, the arguments and the target. It names the built image.
 * @returns 12 hex digits.
 */
export function buildHash(build: Build): string {
  return buildHashes(build).build;
}

/**
 * The part of {@link buildHash} that lies in files: the context's files less what `.dockerignore` names, and the
 * Dockerfile. It can be taken without running the program.
 * @returns 12 hex digits.
 */
export function contextHash(build: Pick<Build, "context" | "dockerfile">): string {
  return buildHashes({ ...build, args: {}, target: undefined }).context;
}

/** Both hashes, with one look at the files. */
export function buildHashes(build: Pick<Build, "context" | "dockerfile" | "args" | "target">): {
  build: string;
  context: string;
} {
  const [whole, context] = [createHash("sha256"), createHash("sha256")];
  whole.update(stableJson({ args: build.args, target: build.target ?? null }));
  const add: Add = (content) => {
    whole.update(content);
    context.update(content);
  };
  add(fs.readFileSync(build.dockerfile));
  for (const file of contextFiles(build.context)) addFile(add, build.context, file);
  return { build: whole.digest("hex").slice(0, 12), context: context.digest("hex").slice(0, 12) };
}

/** How an image is built, as an output tells it: without where on a machine the program lies. */
export function buildStatus(
  build: Pick<Build, "name" | "context" | "dockerfile">,
  contextHash: string,
): BuildStatus {
  return {
    image: build.name,
    context: relative(build.context),
    dockerfile: relative(build.dockerfile),
    contextHash,
  };
}

function relative(file: string): string {
  return path.relative("", file).split(path.sep).join("/") || ".";
}

/** Whether a path relative to the context is sent to the builder, by the text of its `.dockerignore`. */
export function contextFilter(patterns: string): (file: string) => boolean {
  const ignored = dockerignore().add(patterns);
  return (file) => !ignored.ignores(file);
}

/** The text of a context's `.dockerignore`; empty where there is none. */
export function ignorePatterns(context: string): string {
  const ignoreFile = path.join(context, ".dockerignore");
  return fs.existsSync(ignoreFile) ? fs.readFileSync(ignoreFile, "utf8") : "";
}

/** The files of a build context in a fixed order, by paths relative to it. */
export function contextFiles(context: string): string[] {
  const patterns = ignorePatterns(context);
  const included = contextFilter(patterns);
  const takenBackIn = exceptionsIn(patterns);
  const files: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of fs.readdirSync(path.join(context, folder), { withFileTypes: true })) {
      const name = path.posix.join(folder, entry.name);
      // An ignored folder may still hold files that a `!pattern` takes in; else it is not even read.
      if (entry.isDirectory()) {
        if (included(name) || takenBackIn(name)) walk(name);
      } else if (included(name)) files.push(name);
    }
  };
  walk("");
  return files.sort();
}

type Add = (content: string | Buffer) => void;

function addFile(add: Add, context: string, file: string): void {
  const full = path.join(context, file);
  const stat = fs.lstatSync(full);
  const executable = (stat.mode & 0o111) !== 0;
  add(`\0${file}\0${executable ? "x" : "-"}\0`);
  if (stat.isSymbolicLink()) add(fs.readlinkSync(full));
  else if (stat.isFile()) add(fs.readFileSync(full));
}
