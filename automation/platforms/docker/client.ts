import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import Docker from "dockerode";

import { NO_OWNER, ownerIn } from "../../../components/docker/dynamic/ownerLabel";
import type { StackState } from "../../engine/state";
import { LandfallError } from "../../errors";

/** The labels by which a stack's Docker objects are known. */
export const labels = {
  project: "landfall.project",
  stack: "landfall.stack",
  role: "landfall.role",
  service: "landfall.service",
  revision: "landfall.revision",
  replica: "landfall.replica",
} as const;

/** Longest time for one answer of the daemon, in milliseconds. */
const answerTimeoutMs = 20_000;

/**
 * A client of the daemon that the environment names: DOCKER_HOST (unix, tcp, ssh), DOCKER_TLS_VERIFY, DOCKER_CERT_PATH.
 * @param timeout Longest silence of the daemon in milliseconds, also of a stream that is followed; 0 for none.
 */
export function dockerClient(
  env: Readonly<Record<string, string | undefined>>,
  timeout = answerTimeoutMs,
): Docker {
  const host = env.DOCKER_HOST;
  if (host === undefined || host === "") {
    return new Docker({ socketPath: "/var/run/docker.sock", timeout });
  }
  const url = parseHost(host);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname, timeout });
  if (url.protocol === "ssh:") {
    return new Docker({
      protocol: "ssh",
      host: url.hostname,
      port: Number(url.port || 22),
      username: decodeURIComponent(url.username) || env.USER || "root",
      sshOptions: { agent: env.SSH_AUTH_SOCK },
      timeout,
    });
  }
  const secure = url.protocol === "https:" || (env.DOCKER_TLS_VERIFY ?? "") !== "";
  return new Docker({
    protocol: secure ? "https" : "http",
    host: url.hostname,
    port: Number(url.port || (secure ? 2376 : 2375)),
    timeout,
    ...(secure ? certificates(env.DOCKER_CERT_PATH) : {}),
  });
}

function parseHost(host: string): URL {
  try {
    return new URL(host);
  } catch (cause) {
    const rule =
      "must be a URL such as unix:///var/run/docker.sock, tcp://host:2375 or ssh://user@host";
    throw new LandfallError(
      "docker_unreachable",
      `DOCKER_HOST ${rule}, got ${JSON.stringify(host)}`,
      {
        cause,
      },
    );
  }
}

/** Filters for the objects of one stack, whoever deployed it: `belongsTo` tells whose they are. */
export function stackFilter(project: string, stack: string): { label: string[] } {
  return { label: [`${labels.project}=${project}`, `${labels.stack}=${stack}`] };
}

const portCheck = "pulumi-nodejs:dynamic/landfall:PortCheck";

/** Id of the deployment that the stack's objects belong to, from its state; that of unlabelled ones where it has none. */
export function ownerOf({ resources }: Pick<StackState, "resources">): string {
  const owner = resources.find(({ type }) => type === portCheck)?.inputs?.["owner"];
  return typeof owner === "string" ? owner : NO_OWNER;
}

/** Whether an object with these labels is the deployment's, and not that of another checkout or backend. */
export function belongsTo(
  owner: string,
  own: Readonly<Record<string, string>> | null | undefined,
): boolean {
  return ownerIn(own) === owner;
}

/** Whether the daemon said that there is no such object. */
export function isNotFound(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}

/** What a failed call stands for: a daemon that does not answer has a code of its own. */
export function dockerError(error: unknown, doing: string): LandfallError {
  const message = error instanceof Error ? error.message : String(error);
  return new LandfallError("docker_unreachable", `${doing}: ${message}`, { cause: error });
}

function certificates(dir: string | undefined): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  if (dir === undefined || dir === "") return {};
  const read = (name: string): Buffer | undefined => {
    const file = join(dir, name);
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const [ca, cert, key] = [read("ca.pem"), read("cert.pem"), read("key.pem")];
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}
