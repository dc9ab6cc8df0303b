import type { Address } from "./address";

/** The daemon answered, and said no. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  /** What the daemon said. */
  readonly reason: string;

  constructor(what: string, cause: unknown) {
    const reason = textOf(cause);
    super(`Docker could not ${what}: ${reason}`, { cause });
    this.status = statusOf(cause);
    this.reason = reason;
  }
}

/** No daemon answers. */
export class DaemonUnreachableError extends Error {
  override readonly name = "DaemonUnreachableError";

  constructor(tried: readonly Address[], cause: unknown) {
    const hosts = tried.map(({ host, source }) => `${host} (${source})`).join(", ");
    super(
      `No Docker daemon answers at ${hosts}: ${textOf(cause)}. ${advice(tried[0]?.host ?? "", cause)}`,
      { cause },
    );
  }
}

function advice(host: string, cause: unknown): string {
  if (codeOf(cause) === "EACCES")
    return "This user may not use the socket: add the user to the group docker, or run as root.";
  if (host.startsWith("ssh://"))
    return "Check that `ssh` to that host works with a key of the running agent (SSH_AUTH_SOCK), and that Docker runs there.";
  if (host.startsWith("unix://"))
    return "Start Docker, or name another daemon with DOCKER_HOST or `pulumi config set docker:host`.";
  return "Check that the daemon listens there and that a firewall lets this machine through, or name another with DOCKER_HOST or `pulumi config set docker:host`.";
}

const unreachable: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EACCES",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

export function isUnreachable(error: unknown): boolean {
  return statusOf(error) === undefined && unreachable.has(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string") return at.code;
  return undefined;
}

/** The HTTP status of a daemon's refusal; `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof DaemonError) return error.status;
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** The daemon's own words, without the client library's wrapping. */
export function textOf(error: unknown): string {
  if (error instanceof DaemonError) return error.reason;
  if (!(error instanceof Error)) return String(error);
  if ("json" in error && isAnswer(error.json)) return error.json.message.trim();
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, "").trim() || error.name;
}

function isAnswer(json: unknown): json is { message: string } {
  return (
    typeof json === "object" &&
    json !== null &&
    "message" in json &&
    typeof json.message === "string"
  );
}
