import { rmSync } from "node:fs";

import { readIfPresent, writeAtomically } from "../toolchain/files";
import { configFileOf, trackedConfigFileOf } from "./project";
import type { Project } from "./project";

/** What the engine adds to a stack's config file when it makes the stack: how its secrets are encrypted. */
const provider = /^(?:encryptionsalt|encryptedkey|secretsprovider): .*$/gm;

/**
 * A stack whose passphrase was generated for this clone has secrets that no other clone can read, so what belongs to
 * them must not get into the file that is under version control. The engine works with a copy: the file as it is,
 * and the engine's own lines, which are kept in the copy alone.
 */
export function refreshWorkingConfig(project: Project, stack: string): void {
  if (project.ownConfigFolder === undefined) return;
  const copy = configFileOf(project, stack);
  const text = readIfPresent(trackedConfigFileOf(project, stack));
  if (text === undefined) rmSync(copy, { force: true });
  else writeAtomically(copy, withProvider(text, readIfPresent(copy) ?? ""), 0o600);
}

/**
 * Makes a stack with `init`, which writes into the file under version control, and gives that file back as it was.
 * When it is killed between the two, the file keeps the engine's lines, and they are used from there.
 */
export async function initKeepingConfig(
  project: Project,
  stack: string,
  init: () => Promise<unknown>,
): Promise<void> {
  const tracked = trackedConfigFileOf(project, stack);
  const before = project.ownConfigFolder === undefined ? undefined : readIfPresent(tracked);
  await init();
  if (before === undefined) return;
  const after = readIfPresent(tracked) ?? "";
  writeAtomically(configFileOf(project, stack), withProvider(before, after), 0o600);
  writeAtomically(tracked, before);
}

function withProvider(text: string, source: string): string {
  if (text.match(provider) !== null) return text;
  return [text.trimEnd(), ...(source.match(provider) ?? []), ""].join("\n");
}
