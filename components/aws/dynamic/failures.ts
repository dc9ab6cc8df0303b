const THROTTLED = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestLimitExceeded",
  "TooManyRequestsException",
  "RequestThrottled",
]);
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Whether an error of AWS says nothing about what was asked: it goes by itself, and one who waits anyway can ask again. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (THROTTLED.has(error.name) || error.name === "TimeoutError") return true;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (typeof code === "string" && NETWORK.has(code)) return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Whether AWS says that there is no such thing, which can also mean: not yet everywhere. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException"].includes(
      error.name,
    )
  );
}
