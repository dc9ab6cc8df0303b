import dockerignore from "@balena/dockerignore";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stableJson } from "./naming";
import type { ImageSpec } from "./image";

/**
 * A hash over everything that a build depends on and that lies in the work tree: the context's files less
 * what `.dockerignore` names, the Dockerfile, the arguments and the target. It names the built image.
 * @returns 12 hex digits.
 */
export function buildHash(build: Extract<ImageSpec, { kind: "build" }>): string {
  const hash = createHash("sha256");
  hash.update(stableJson({ args: build.args, target: build.target ?? null }));
  hash.update(fs.readFileSync(build.dockerfile));
  for (const file of contextFiles(build.context)) hashFile(hash, build.context, file);
  return hash.digest("hex").slice(0, 12);
}

/** The files of a build context in a fixed order, by paths relative to it. */
export function contextFiles(context: string): string[] {
  const ignoreFile = path.join(context, ".dockerignore");
  const patterns = fs.existsSync(ignoreFile) ? fs.readFileSync(ignoreFile, "utf8") : "";
  const ignored = dockerignore().add(patterns);
  const exceptions = exceptionPrefixes(patterns);
  const files: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of fs.readdirSync(path.join(context, folder), { withFileTypes: true })) {
      const name = path.posix.join(folder, entry.name);
      // An ignored folder may still hold files that a `!pattern` takes in; else it is not even read.
      if (entry.isDirectory()) {
        if (!ignored.ignores(name) || exceptions.some((prefix) => meet(prefix, `${name}/`)))
          walk(name);
      } else if (!ignored.ignores(name)) files.push(name);
    }
  };
  walk("");
  return files.sort();
}

/** The fixed beginnings of the `!patterns`, up to their first wildcard. */
function exceptionPrefixes(patterns: string): string[] {
  const lines = patterns.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line.startsWith("!"))
    .map((line) =>
      line
        .slice(1)
        .replace(/^\/+/, "")
        .replace(/[*?[\\].*$/, ""),
    );
}

function meet(prefix: string, folder: string): boolean {
  return prefix.startsWith(folder) || folder.startsWith(prefix);
}

function hashFile(hash: ReturnType<typeof createHash>, context: string, file: string): void {
  const full = path.join(context, file);
  const stat = fs.lstatSync(full);
  const executable = (stat.mode & 0o111) !== 0;
  hash.update(`\0${file}\0${executable ? "x" : "-"}\0`);
  if (stat.isSymbolicLink()) hash.update(fs.readlinkSync(full));
  else if (stat.isFile()) hash.update(fs.readFileSync(full));
}
