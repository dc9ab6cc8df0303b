import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { Unknown, isPropertyMap, reveal } from "../host";
import type { CheckFailure, CheckResult, PropertyMap, PropertyValue } from "../host";
import type { DaemonConfig } from "./client/address";
import { Daemon } from "./client/daemon";
import type { RegistryAuth } from "./client/registryAuth";
import { authKey } from "./client/registryAuth";
import type { Place } from "./place";

const texts = ["host", "context", "caMaterial", "certMaterial", "keyMaterial", "certPath"] as const;
const engineKeys = ["version", "pluginDownloadURL", "__internal"];
const ignored = ["disableDockerDaemonCheck"];

const registryAuth = z.array(
  z.object({
    address: z.string(),
    authDisabled: z.boolean().optional(),
    configFile: z.string().optional(),
    configFileContent: z.string().optional(),
    username: z.string().optional(),
    password: z.string().optional(),
  }),
);

/** The provider's configuration as it stands, with every key that this plugin does not serve named. */
export function checkProviderConfig(news: PropertyMap): CheckResult {
  const known = new Set<string>([...texts, ...engineKeys, ...ignored, "registryAuth", "sshOpts"]);
  const failures: CheckFailure[] = Object.keys(news)
    .filter((key) => !known.has(key))
    .map((key) => ({ property: key, reason: `the docker provider has no configuration ${key}` }));
  if (lengthOf(news.sshOpts) > 0)
    failures.push({
      property: "sshOpts",
      reason:
        "is not supported by the embedded docker plugin: it speaks SSH itself, with the keys of the running agent",
    });
  const auth = structured(news.registryAuth);
  if (auth !== undefined && !registryAuth.safeParse(auth).success)
    failures.push({
      property: "registryAuth",
      reason: "must be a list of objects with address, and username and password or configFile",
    });
  return { inputs: news, failures };
}

/** @throws when a file of credentials that is named cannot be read. */
export function daemonOf(config: PropertyMap, { directory, env }: Place): Daemon {
  const plain = reveal(config);
  const given = texts.flatMap((key) => {
    const value = plain[key];
    if (typeof value !== "string" || value === "") return [];
    return [[key, key === "certPath" ? resolve(directory, value) : value]];
  });
  const auths = registryAuth.parse(structured(plain.registryAuth) ?? []);
  const read = (file: string): string => readFileSync(resolve(directory, file), "utf8");
  const known = auths.flatMap((entry) => credentials(entry, read));
  return new Daemon(Object.fromEntries(given) as DaemonConfig, known, env);
}

function credentials(
  entry: z.infer<typeof registryAuth>[number],
  read: (file: string) => string,
): RegistryAuth[] {
  if (entry.authDisabled === true)
    return [{ serveraddress: entry.address, username: "", password: "" }];
  if (entry.username !== undefined && entry.password !== undefined)
    return [{ serveraddress: entry.address, username: entry.username, password: entry.password }];
  const content = entry.configFileContent ?? (entry.configFile && read(entry.configFile));
  if (content === undefined || content === "") return [];
  const auths = z
    .object({ auths: z.record(z.string(), z.object({ auth: z.string() })) })
    .parse(JSON.parse(content)).auths;
  const found = Object.entries(auths).find(
    ([name]) => authKey(name) === authKey(entry.address),
  )?.[1];
  if (found === undefined) return [];
  const [username = "", ...password] = Buffer.from(found.auth, "base64")
    .toString("utf8")
    .split(":");
  return [{ serveraddress: entry.address, username, password: password.join(":") }];
}

/** Lists reach a provider's configuration as JSON text. */
function structured(value: PropertyValue | undefined): unknown {
  if (value === undefined || value === null || value === "" || value instanceof Unknown)
    return undefined;
  const plain = reveal(value);
  if (typeof plain !== "string")
    return Array.isArray(plain) || isPropertyMap(plain) ? plain : undefined;
  try {
    return JSON.parse(plain);
  } catch {
    return plain;
  }
}

function lengthOf(value: PropertyValue | undefined): number {
  const list = structured(value);
  return Array.isArray(list) ? list.length : 0;
}
