import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { readIfPresent } from "../files";
import { landfallPaths, packageRoot } from "../paths";

/**
 * The engine starts a provider's plugin with the first resource of its kind, one plugin after the other, while the program
 * has long registered everything and waits: that is most of a small preview's time. So a program's process notes which
 * default providers it has used (bin/usedProviders.cjs), and at its next run of the same stack they are asked for while it
 * loads. The engine makes the very same providers then, only sooner.
 */

/** The environment variable that tells a program where to note them. */
export const USED_PROVIDERS = "LANDFALL_USED_PROVIDERS";

interface UsedProvider {
  name: string;
  version: string;
  url: string;
}

/** Longest time that a plugin may take to start: after that the program's own registration says what is wrong. */
const DEADLINE_MILLISECONDS = 60_000;

/** File for what a program uses in a stack; undefined where there is no place for it. */
export function usedProvidersFile(
  request: RunRequest,
  roots: readonly string[] = [packageRoot, folderOf(request)],
): string | undefined {
  const root = roots.find((each) => fs.existsSync(landfallPaths(each).base));
  if (root === undefined) return undefined;
  const of = [
    folderOf(request),
    request.getOrganization(),
    request.getProject(),
    request.getStack(),
  ];
  const name = createHash("sha256").update(JSON.stringify(of)).digest("hex").slice(0, 24);
  return path.join(landfallPaths(root).cache, "providers", `${name}.json`);
}

function folderOf(request: RunRequest): string {
  return request.getInfo()?.getProgramDirectory() ?? request.getPwd();
}

/** What is in the file; nothing where it is not of our making. */
export function usedProviders(file: string | undefined): UsedProvider[] {
  try {
    const text = file === undefined ? undefined : readIfPresent(file);
    const parsed: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(parsed) && parsed.every(isUsedProvider) ? parsed : [];
  } catch {
    return [];
  }
}

// By hand: this process starts with every command, and zod would be most of what it loads.
function isUsedProvider(value: unknown): value is UsedProvider {
  if (typeof value !== "object" || value === null) return false;
  const { name, version, url } = value as Record<string, unknown>;
  return [name, version, url].every((each) => typeof each === "string");
}

/**
 * Has the engine make default providers.
 * @param signal Ends the waiting, once the program needs none of them any more.
 * @returns when all are there, or cannot be had, which is for the program's registrations to tell.
 */
export async function startProviders(
  monitorAddress: string,
  wanted: readonly UsedProvider[],
  signal: AbortSignal,
): Promise<void> {
  if (wanted.length === 0) return;
  const { ResourceMonitorClient } = await import("@pulumi/pulumi/proto/resource_grpc_pb");
  const { ResourceInvokeRequest } = await import("@pulumi/pulumi/proto/resource_pb");
  const client = new ResourceMonitorClient(monitorAddress, grpc.credentials.createInsecure());
  const start = ({ name, version, url }: UsedProvider): Promise<void> => {
    // No provider has such a function: it says so, once it is there.
    const request = new ResourceInvokeRequest().setTok(`${name}:index:landfallStart`);
    request.setVersion(version).setPlugindownloadurl(url);
    const options = { deadline: Date.now() + DEADLINE_MILLISECONDS };
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", cancel);
        resolve();
      };
      const call = client.invoke(request, new grpc.Metadata(), options, done);
      const cancel = (): void => {
        call.cancel();
      };
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel, { once: true });
    });
  };
  // The answers are errors, whose traces nobody reads; to make them takes as long as half a plugin's start.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await Promise.all(wanted.map(start));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    client.close();
  }
}
