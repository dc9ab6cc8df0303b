import { readdir } from "node:fs/promises";

import { configFolder } from "./project";
import type { Project } from "./project";
import type { StackWorkspace } from "./workspace";
import { together } from "./together";

/** Stacks that the backend has, and those that only have a config file so far. */
export async function knownStacks({
  project,
  workspace,
}: {
  project: Project;
  workspace: StackWorkspace;
}): Promise<string[]> {
  const [inBackend, files] = await together([
    workspace.stackNames(),
    readdir(configFolder(project)).catch(() => []),
  ]);
  const configured = files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  return [...new Set([...inBackend, ...configured])].sort();
}
