import type { ConfigValue } from "../workspace";
import { registryOf } from "../../toolchain/plugins/docker/client/registryAuth";

/** How a stack logs in to its registry, by its config. */
export interface RegistryLogin {
  /** Host, with its port. */
  host: string;
  username: string;
  password: string;
}

/** The login that a stack's config holds; undefined where it names no registry or no password. */
export function registryLogin(
  project: string,
  config: Readonly<Record<string, ConfigValue>>,
): RegistryLogin | undefined {
  const value = (key: string): string => config[`${project}:${key}`]?.value ?? "";
  const address = value("registry");
  const username = value("registryUser");
  const password = value("registryPassword");
  if (address === "" || username === "" || password === "") return undefined;
  return { host: registryOf(`${address}/image`), username, password };
}
