import { AsyncLocalStorage } from "node:async_hooks";
import * as path from "node:path";
import Docker from "dockerode";

let shared: Docker | undefined;

/** The one Docker client of this process: DOCKER_HOST (unix, tcp, ssh), DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
export function docker(): Docker {
  return chosen.getStore()?.client ?? (shared ??= new Docker());
}

/** Where work is done in a process that knows of several daemons and folders. */
export interface Whereabouts {
  readonly client: Docker;
  /** The daemon's address, for messages. @default the environment's */
  readonly host?: string;
  /** What relative paths start from. @default the process's folder */
  readonly directory?: string;
}

const chosen = new AsyncLocalStorage<Whereabouts>();

/** Does something through another client. */
export function withDocker<T>(client: Docker, work: () => Promise<T>): Promise<T> {
  return workingAt({ client }, work);
}

/** Does something with another client and folder. */
export function workingAt<T>(place: Whereabouts, work: () => Promise<T>): Promise<T> {
  return chosen.run(place, work);
}

/** Where the daemon is looked for, for messages. */
export function dockerHost(): string {
  return chosen.getStore()?.host ?? process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
}

/** The whole path of one that a resource has. */
export function pathOf(given: string): string {
  return path.resolve(chosen.getStore()?.directory ?? process.cwd(), given);
}

/** A Docker operation that did not succeed: what was tried, what the daemon said, what to do. */
export class DockerError extends Error {
  override readonly name = "DockerError";

  constructor(
    message: string,
    /** HTTP status of the daemon's answer, if there was one. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether a command found its container ended: 409 before it began, 500 where the container ended as it began. */
export function foundNotRunning(error: unknown): boolean {
  if (!(error instanceof DockerError)) return false;
  return error.status === 409 || (error.status === 500 && / is not running/.test(error.message));
}

const NO_DAEMON = new Set([
  "ENOENT",
  "ECONNREFUSED",
  "EACCES",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EHOSTUNREACH",
]);
const REQUEST_TIMEOUT_MS = 30_000;

/** Runs a request to the daemon with a deadline; failures name what was tried and what to do. */
export async function ask<T>(
  what: string,
  request: () => Promise<T>,
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<T> {
  try {
    return await within(timeoutMs, request());
  } catch (error) {
    throw explained(what, error);
  }
}

/** Like `ask`, but undefined where the daemon knows no such object. */
export async function askOrMissing<T>(
  what: string,
  request: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask(what, request);
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return undefined;
    throw error;
  }
}

/** Rejects when the promise takes longer than it may. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function explained(what: string, error: unknown): Error {
  if (error instanceof DockerError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = field(cause, "code");
  if (typeof code === "string" && NO_DAEMON.has(code)) {
    const hint =
      code === "EACCES"
        ? "this user may not use it: join the docker group or run as root"
        : "is the daemon running, and is DOCKER_HOST right?";
    return new DockerError(
      `cannot ${what}: no Docker daemon at ${dockerHost()} (${code}): ${hint}`,
      undefined,
      { cause },
    );
  }
  const status = field(cause, "statusCode");
  return new DockerError(
    `cannot ${what}: ${daemonMessage(cause)}`,
    typeof status === "number" ? status : undefined,
    { cause },
  );
}

// dockerode's message repeats the status line around what the daemon said; the json has the sentence alone.
function daemonMessage(error: Error): string {
  const json = field(error, "json");
  const said = typeof json === "object" && json !== null ? field(json, "message") : undefined;
  return typeof said === "string" ? said : error.message;
}

function field(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
