import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DockerOptions } from "dockerode";
import type { Environment } from "../place";
import { contextHost, systemSocket } from "./contexts";
import { homeOf } from "./registryAuth";

/** How to reach a Docker daemon, as the provider's configuration or the environment says. */
export interface DaemonConfig {
  /** `unix://`, `tcp://` or `ssh://`; the environment's DOCKER_HOST where absent. */
  readonly host?: string;
  /** Name of a context of the Docker CLI; comes before the host. */
  readonly context?: string;
  readonly caMaterial?: string;
  readonly certMaterial?: string;
  readonly keyMaterial?: string;
  /** Folder with ca.pem, cert.pem and key.pem. */
  readonly certPath?: string;
}

export interface Address {
  /** What is tried, for messages. */
  readonly host: string;
  /** Where that was said. */
  readonly source: string;
  readonly options: DockerOptions;
}

/** @throws when the address is none that Docker knows, or a certificate is missing. */
export function resolveAddress(config: DaemonConfig, env: Environment = process.env): Address {
  const { host, source } = chosenHost(config, env);
  const tls = tlsMaterial(config, env);
  const url = parseHost(host, source);
  const common: DockerOptions = { host: undefined, socketPath: undefined };
  switch (url.protocol) {
    case "unix:":
    case "npipe:":
      return { host, source, options: { ...common, socketPath: socketOf(host), protocol: "http" } };
    case "ssh:":
      return {
        host,
        source,
        options: {
          ...common,
          protocol: "ssh",
          host: url.hostname,
          port: url.port === "" ? 22 : Number(url.port),
          username: url.username === "" ? undefined : decodeURIComponent(url.username),
          sshOptions: { agent: env.SSH_AUTH_SOCK },
        },
      };
    case "tcp:":
    case "http:":
    case "https:": {
      const secure = tls !== undefined || url.protocol === "https:" || wantsTls(env);
      return {
        host,
        source,
        options: {
          ...common,
          protocol: secure ? "https" : "http",
          host: url.hostname,
          port: url.port === "" ? (secure ? 2376 : 2375) : Number(url.port),
          ...tls,
        },
      };
    }
    default:
      throw new Error(
        `The Docker host "${host}" (${source}) must start with unix://, tcp:// or ssh://`,
      );
  }
}

function chosenHost(config: DaemonConfig, env: Environment): { host: string; source: string } {
  const given = [
    { host: config.host, source: "docker:host" },
    { host: env.DOCKER_HOST, source: "DOCKER_HOST" },
  ].find(({ host }) => host !== undefined && host !== "");
  const context = config.context ?? (given === undefined ? env.DOCKER_CONTEXT : undefined);
  if (context !== undefined && context !== "")
    return { host: contextHost(context, env), source: `the Docker context "${context}"` };
  return { host: given?.host ?? systemSocket, source: given?.source ?? "the default" };
}

/** Sockets of Docker installations without a system-wide daemon. */
export function userSockets(env: Environment): string[] {
  return [".docker/run/docker.sock", ".docker/desktop/docker.sock"].map(
    (path) => `unix://${join(homeOf(env), path)}`,
  );
}

function parseHost(host: string, source: string): URL {
  try {
    return new URL(host.includes("://") ? host : `tcp://${host}`);
  } catch (cause) {
    throw new Error(`The Docker host "${host}" (${source}) is no address`, { cause });
  }
}

function socketOf(host: string): string {
  return host.slice(host.indexOf("://") + "://".length) || "/var/run/docker.sock";
}

function wantsTls(env: Environment): boolean {
  return env.DOCKER_TLS_VERIFY !== undefined && env.DOCKER_TLS_VERIFY !== "";
}

interface Tls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function tlsMaterial(config: DaemonConfig, env: Environment): Tls | undefined {
  const { caMaterial: ca, certMaterial: cert, keyMaterial: key } = config;
  if (ca !== undefined || cert !== undefined || key !== undefined) {
    if (ca === undefined || cert === undefined || key === undefined)
      throw new Error("docker:caMaterial, docker:certMaterial and docker:keyMaterial go together");
    if (config.certPath !== undefined)
      throw new Error("docker:certPath cannot be given beside docker:certMaterial");
    return { ca, cert, key };
  }
  const folder = config.certPath ?? (wantsTls(env) ? env.DOCKER_CERT_PATH : undefined);
  if (folder === undefined || folder === "") return undefined;
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch (cause) {
      throw new Error(`The Docker certificate folder ${folder} has no readable ${name}`, { cause });
    }
  };
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}
