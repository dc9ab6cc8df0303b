import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { Environment } from "../place";

export interface RegistryAuth {
  readonly serveraddress: string;
  readonly username: string;
  readonly password: string;
  readonly identitytoken?: string;
}

/** The address under which the hub's credentials are stored. */
const hub = "https://index.docker.io/v1/";
const hubNames: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
]);
const helperTimeoutMs = 10_000;

const configFile = z.object({
  auths: z
    .record(
      z.string(),
      z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }),
    )
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
type ConfigFile = z.infer<typeof configFile>;

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

export function homeOf(env: Environment): string {
  return env.HOME ?? homedir();
}

export function dockerConfigFolder(env: Environment = process.env): string {
  return env.DOCKER_CONFIG ?? join(homeOf(env), ".docker");
}

/** The registry that serves an image reference. */
export function registryOf(reference: string): string {
  const slash = reference.indexOf("/");
  const first = slash < 0 ? "" : reference.slice(0, slash);
  return first === "localhost" || /[.:]/.test(first) ? first : "docker.io";
}

/** The name under which a registry's credentials are kept, whatever form its address was given in. */
export function authKey(server: string): string {
  const name = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return hubNames.has(name) ? hub : name;
}

/**
 * The credentials that the Docker CLI has for a registry: from a helper, the store, or its file.
 *
 * @throws when the file is no JSON; an absent file or entry is no credentials.
 */
export async function storedAuth(
  server: string,
  folder = dockerConfigFolder(),
  env: Environment = process.env,
): Promise<RegistryAuth | undefined> {
  const config = readConfig(join(folder, "config.json"));
  const key = authKey(server);
  const helper = config.credHelpers?.[key] ?? config.credsStore;
  if (helper !== undefined) {
    const found = await askHelper(helper, key, env);
    if (found !== undefined) return found;
  }
  const entry = Object.entries(config.auths ?? {}).find(([name]) => authKey(name) === key)?.[1];
  if (entry?.auth === undefined || entry.auth === "") return undefined;
  const [username = "", ...password] = Buffer.from(entry.auth, "base64")
    .toString("utf8")
    .split(":");
  return {
    serveraddress: key,
    username,
    password: password.join(":").replace(/\0+$/, ""),
    ...(entry.identitytoken === undefined ? {} : { identitytoken: entry.identitytoken }),
  };
}

function readConfig(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {};
  }
  try {
    return configFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`The Docker CLI's configuration ${path} cannot be understood`, { cause });
  }
}

async function askHelper(
  helper: string,
  key: string,
  env: Environment,
): Promise<RegistryAuth | undefined> {
  const running = promisify(execFile)(`docker-credential-${helper}`, ["get"], {
    timeout: helperTimeoutMs,
    env,
  });
  running.child.stdin?.end(key);
  try {
    const { Username, Secret } = helperAnswer.parse(JSON.parse((await running).stdout));
    return Username === "<token>"
      ? { serveraddress: key, username: "", password: "", identitytoken: Secret }
      : { serveraddress: key, username: Username, password: Secret };
  } catch {
    // A helper fails alike where it has no entry; an anonymous request then tells the truth.
    return undefined;
  }
}
