import type Docker from "dockerode";
import { messageOf } from "../files";
import { followStream, statusOf } from "./daemon";

/** Why a registry did not give an image. */
export type PullFailure =
  /** Nothing answered: no other image needs to be asked for in this run. */
  | { kind: "unreachable"; reason: string }
  /** A registry answered, without this image: unknown, not allowed, or too many requests. */
  | { kind: "refused"; reason: string };

export interface PullOptions {
  /** Milliseconds until the registry must have answered. */
  answerTimeout: number;
  /** Milliseconds that a pull under way may be silent. */
  stallTimeout: number;
  signal?: AbortSignal;
  log: (line: string) => void;
}

/** Pulls an image; undefined when it worked. Rejects only when the caller's signal is aborted. */
export async function pullImage(
  docker: Docker,
  name: string,
  options: PullOptions,
): Promise<PullFailure | undefined> {
  const watchdog = new AbortController();
  let answered = false;
  const stop = (): void => {
    watchdog.abort();
  };
  let timer = setTimeout(stop, options.answerTimeout);
  const abortSignal = AbortSignal.any([
    watchdog.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  try {
    // Without a signal dockerode's stream would go on after the time-out.
    const stream: NodeJS.ReadableStream = await docker.pull(name, { abortSignal });
    await followStream(stream, ({ status, id }) => {
      answered = true;
      clearTimeout(timer);
      timer = setTimeout(stop, options.stallTimeout);
      if (status !== undefined) options.log(id === undefined ? status : `${id}: ${status}`);
    });
    return undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (watchdog.signal.aborted) return { kind: "unreachable", reason: silence(answered, options) };
    return classifyPullError(messageOf(error), statusOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function silence(answered: boolean, { answerTimeout, stallTimeout }: PullOptions): string {
  return answered
    ? `the pull stood still for ${stallTimeout / 1000} s`
    : `no answer within ${answerTimeout / 1000} s`;
}

const REFUSALS =
  /manifest (?:for .* )?(?:unknown|not found)|not found|access denied|unauthorized|denied:|authentication required|no basic auth|toomanyrequests|too many requests|rate limit|no matching manifest|forbidden/i;
const UNREACHABLE =
  /no such host|dial tcp|connection refused|network is unreachable|no route to host|i\/o timeout|timeout exceeded|deadline exceeded|request canceled|x509|certificate|tls:|proxyconnect|connection reset|server misbehaving|temporary failure|\bEOF\b|service unavailable|bad gateway/i;

/** Tells a registry's "no" from silence, by the daemon's words and status. */
export function classifyPullError(message: string, status?: number): PullFailure {
  // The daemon passes the reason of a failed connection on as a server error with Go's words.
  if (UNREACHABLE.test(message)) return { kind: "unreachable", reason: message };
  if (REFUSALS.test(message) || (status !== undefined && status < 500)) {
    return { kind: "refused", reason: message };
  }
  return { kind: "unreachable", reason: message };
}
