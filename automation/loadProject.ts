import { statSync } from "node:fs";
import { dirname, join } from "node:path";

import { LandfallError } from "./errors";
import { localWorkspace } from "./localWorkspace";
import type { EngineSettings } from "./localWorkspace";
import type { ConfigRule, Project } from "./project";

/**
 * Reads a project's settings.
 * @throws LandfallError `project_not_found` when the file is no valid project.
 */
export async function loadProject(
  dir: string,
  settings: Pick<EngineSettings, "version" | "binary">,
): Promise<Project> {
  const idle = { ...settings, env: {}, interruptAfterMs: 0, killAfterMs: 0 };
  const workspace = await localWorkspace(dir, { ...idle, signal: new AbortController().signal });
  const raw = await workspace.projectSettings().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new LandfallError("project_not_found", `${dir}: Pulumi.yaml cannot be read: ${why}`, {
      cause: error,
    });
  });
  if (typeof raw.name !== "string" || raw.name === "") {
    throw new LandfallError("project_not_found", `${dir}: Pulumi.yaml has no \`name\``);
  }
  const backendUrl = raw.backend?.url;
  const { stackConfigDir } = raw as { stackConfigDir?: unknown };
  return {
    dir,
    name: raw.name,
    configSchema: configSchema(raw.name, raw.config),
    ...programOf(dir, raw),
    ...(backendUrl === undefined ? {} : { backendUrl }),
    ...(typeof stackConfigDir === "string" ? { stackConfigDir } : {}),
  };
}

/** The engine takes the folder of `main` for the program's: here only what is plainly the project's own is known. */
function programOf(dir: string, { runtime, main = "" }: Written): Pick<Project, "program"> {
  const { name, options = {} } = runtime instanceof Object ? runtime : { name: runtime };
  if (name !== "nodejs" || typeof main !== "string") return {};
  const file = join(dir, main);
  const isHere =
    main === "" || (dirname(file) === dir && statSync(file, absent)?.isFile() === true);
  return isHere ? { program: { directory: dir, options } } : {};
}

/** What of a project's file may be written in more than one way, or wrongly. */
interface Written {
  runtime?: string | { name?: string; options?: Record<string, unknown> };
  main?: unknown;
}

const absent = { throwIfNoEntry: false } as const;

function configSchema(project: string, declared: unknown): Record<string, ConfigRule> {
  if (declared === null || typeof declared !== "object") return {};
  return Object.fromEntries(
    Object.entries(declared).map(([key, rule]) => [
      key.includes(":") ? key : `${project}:${key}`,
      configRule(rule),
    ]),
  );
}

function configRule(declared: unknown): ConfigRule {
  if (declared === null || typeof declared !== "object")
    return { hasDefault: declared !== undefined };
  const { type, items, ...rest } = declared as { type?: unknown; items?: unknown };
  return {
    hasDefault: "default" in rest || "value" in rest,
    ...(typeof type === "string" ? { type } : {}),
    ...(items === undefined ? {} : { items: configRule(items) }),
  };
}
