import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import type * as docker from "../../../components/docker/dynamic/handlers";
import { providerText } from "../../../components/dynamic/providerText";
import { packageBin } from "../../paths";
import type { Handler } from "./messages";

/** Handlers that take the daemon, the folder and the end of their work from their caller. */
const KINDS = [
  "gate",
  "ports",
  "ready",
  "route",
  "task",
] as const satisfies (keyof typeof docker)[];
type Kind = (typeof KINDS)[number];

const kinds: ReadonlyMap<unknown, Kind> = new Map(
  KINDS.map((kind) => [providerText(kind), kind] as const),
);

/** The handler of a resource with this provider in its state; undefined for one that is not to run in this process. */
export async function handlerOf(text: unknown): Promise<Handler | undefined> {
  const kind = kinds.get(text);
  if (kind === undefined) return undefined;
  const handlers = await import("../../../components/docker/dynamic/handlers");
  const handler: ResourceProvider = handlers[kind];
  return handler;
}

/** Whether a program's resources would load this very package: it may have another version of it, or none. */
export function isPackageOf(directory: string): boolean {
  try {
    const found = createRequire(join(directory, "package.json")).resolve("landfall/dynamic");
    return realpathSync(found) === realpathSync(packageBin("dynamic.cjs"));
  } catch {
    return false;
  }
}
