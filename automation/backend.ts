import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

import { LandfallError } from "./errors";
import type { Project } from "./project";
import { shortStackName } from "./project";
import { Bucket } from "./stores/bucket";
import { parseBucketUrl } from "./stores/bucketUrl";

/** Where a project's state is kept. */
export interface Backend {
  url: string;
  /** Folder of a `file://` backend; undefined for the others. */
  dir?: string;
  /** Bucket of an `s3://` backend. */
  bucket?: Bucket;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The backend as the engine would choose it: environment, then project, then the last login. */
export async function backendOf(project: Project, env: Env): Promise<Backend> {
  const set = env.PULUMI_BACKEND_URL;
  const url = (set !== "" ? set : undefined) ?? project.backendUrl ?? (await lastLogin(env));
  try {
    return locate(url, project.dir, env);
  } catch (error) {
    const why = error instanceof Error ? error.message : "is invalid";
    throw new LandfallError("backend_unreachable", `the backend's URL ${why}`, { cause: error });
  }
}

/**
 * The folder or bucket that a URL leads to; nothing but the URL where it is another service's.
 * @throws Error with the rule that the URL breaks
 */
export function locate(url: string, base: string, env: Env): Backend {
  if (url.startsWith("s3:")) return { url, bucket: new Bucket(parseBucketUrl(url), env) };
  const dir = fileFolder(url, base, env);
  return dir === undefined ? { url } : { url, dir };
}

/** The path of a stack below the backend's bookkeeping folders. */
export function stackPath(
  project: Project,
  stack: string,
): [organization: string, project: string, stack: string] {
  return ["organization", project.name, shortStackName(stack)];
}

function fileFolder(url: string, base: string, env: Env): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = url.slice("file://".length).split("?")[0] ?? "";
  if (path === "~" || path.startsWith("~/")) return join(env.HOME ?? homedir(), path.slice(1));
  if (!isAbsolute(path)) return resolve(base, path);
  return fileURLToPath(new URL(url));
}

async function lastLogin(env: Env): Promise<string> {
  const home = env.PULUMI_HOME ?? join(env.HOME ?? homedir(), ".pulumi");
  const text = await readFile(join(home, "credentials.json"), "utf8").catch(() => "{}");
  try {
    const { current } = JSON.parse(text) as { current?: string };
    if (current !== undefined && current !== "") return current;
  } catch {
    // The engine reports a broken credentials file itself, with its path.
  }
  return "https://api.pulumi.com";
}
