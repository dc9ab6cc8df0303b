import { setTimeout as sleep } from "node:timers/promises";
import { statusOf, textOf } from "../client/errors";

/** Seconds before each further attempt. */
const pauses: readonly number[] = [1, 3, 8];

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly isTransient: (error: unknown) => boolean;
  /** Is told before each further attempt. */
  readonly onRetry: (error: unknown, seconds: number) => void;
}

/** Tries something again, a few times and ever later, as long as its failure may pass by itself. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { signal, isTransient: mayPass, onRetry }: RetryOptions,
): Promise<T> {
  for (const seconds of pauses) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
      onRetry(error, seconds);
      await sleep(seconds * 1000, undefined, { signal });
    }
  }
  return attempt();
}

/**
 * Whether a registry's failure may pass by itself: its own trouble (5xx), or a connection that broke. Docker passes
 * both on as words. A refusal (4xx) and a wrong name do not pass.
 */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  const words = textOf(error);
  if (/unauthorized|denied|not found|no basic auth|manifest unknown/i.test(words)) return false;
  return (
    /received unexpected HTTP status: 5\d\d|\b50[0234] (?:internal|bad gateway|service|gateway)|connection re(?:fused|set)|i\/o timeout|unexpected EOF|\bEOF$|TLS handshake timeout|toomanyrequests/i.test(
      words,
    ) ||
    (status !== undefined && status >= 502 && status <= 504)
  );
}
