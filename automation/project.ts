import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { readIfPresent } from "../toolchain/files";
import type { ExpectedProgram } from "../toolchain/languageHost/warm";
import { LandfallError } from "./errors";

const projectFiles = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** A Pulumi project on disk. */
export interface Project {
  /** Folder that holds Pulumi.yaml. */
  dir: string;
  name: string;
  /** `backend.url` of Pulumi.yaml. */
  backendUrl?: string;
  /** What runs it, where that is a program for Node in the project's own folder. */
  program?: ExpectedProgram;
  /** `stackConfigDir` of Pulumi.yaml. */
  stackConfigDir?: string;
  /** Where the engine works with copies of config files: see workingConfig.ts. @default it works with the files */
  ownConfigFolder?: string;
  /** Config keys that the project declares, with the project's name before them. */
  configSchema: Record<string, ConfigRule>;
}

export interface ConfigRule {
  type?: string;
  items?: ConfigRule;
  hasDefault: boolean;
}

/**
 * Finds the project's folder from here upwards, as the engine does.
 * @throws LandfallError `project_not_found`
 */
export function findProjectDir(from: string): string {
  const start = resolve(from);
  for (let dir = start; ; dir = dirname(dir)) {
    if (projectFiles.some((file) => existsSync(join(dir, file)))) return dir;
    if (dir === dirname(dir)) {
      throw new LandfallError(
        "project_not_found",
        `no Pulumi project: neither ${start} nor a folder above it holds a Pulumi.yaml`,
      );
    }
  }
}

/** The text of the project's file, as the engine reads it. */
export function projectText({ dir }: Pick<Project, "dir">): string | undefined {
  const file = projectFiles.map((name) => join(dir, name)).find((each) => existsSync(each));
  return file === undefined ? undefined : readIfPresent(file);
}

/** The stack's own name, without organization and project. */
export function shortStackName(stack: string): string {
  return stack.slice(stack.lastIndexOf("/") + 1);
}

/** Folder of the stacks' config files. */
export function configFolder(project: Pick<Project, "dir" | "stackConfigDir">): string {
  return join(project.dir, project.stackConfigDir ?? "");
}

/** Path of the config file that the engine works with, be it there or not. */
export function configFileOf(project: Project, stack: string): string {
  return join(project.ownConfigFolder ?? configFolder(project), fileName(stack));
}

/** Path of the config file that the stack's owner writes, be it there or not. */
export function trackedConfigFileOf(project: Project, stack: string): string {
  return join(configFolder(project), fileName(stack));
}

function fileName(stack: string): string {
  return `Pulumi.${shortStackName(stack)}.yaml`;
}

/** The stack's config file as it is; undefined where there is none. */
export async function readConfigFile(project: Project, stack: string): Promise<string | undefined> {
  try {
    return await readFile(configFileOf(project, stack), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
