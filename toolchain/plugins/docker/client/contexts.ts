import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Environment } from "../place";
import { dockerConfigFolder } from "./registryAuth";

export const systemSocket = "unix:///var/run/docker.sock";

const metadata = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string() }) }),
});

/** The host of a context that the Docker CLI has stored. */
export function contextHost(name: string, env: Environment): string {
  if (name === "default") return systemSocket;
  const digest = createHash("sha256").update(name).digest("hex");
  const path = join(dockerConfigFolder(env), "contexts", "meta", digest, "meta.json");
  try {
    return metadata.parse(JSON.parse(readFileSync(path, "utf8"))).Endpoints.docker.Host;
  } catch (cause) {
    throw new Error(`The Docker context "${name}" cannot be read from ${path}`, { cause });
  }
}
