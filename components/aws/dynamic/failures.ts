interface ServiceError {
  name?: string;
  message?: string;
  code?: unknown;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

/** What an error of AWS is about, as far as its name says. */
export type FailureKind =
  "expired" | "wrongKey" | "unknownKey" | "noCredentials" | "denied" | "throttled";

const KINDS: Readonly<Record<FailureKind, RegExp>> = {
  expired: /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/,
  wrongKey: /^(SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature)$/,
  unknownKey:
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure|InvalidToken|MissingAuthenticationToken|OptInRequired)$/,
  noCredentials: /CredentialsProviderError|TokenProviderError|CredentialsError/,
  denied: /AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden/,
  // Names under which services say that they are asked too often.
  throttled:
    /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|PriorRequestNotComplete/,
};

/** undefined for an error that is about what was asked, or about the network. */
export function failureKind(error: unknown): FailureKind | undefined {
  const { name = "", $metadata: { httpStatusCode: status } = {} } = (error ?? {}) as ServiceError;
  const kinds = Object.keys(KINDS) as FailureKind[];
  return kinds.find((kind) => KINDS[kind].test(name)) ?? (status === 429 ? "throttled" : undefined);
}

/** Whether an error has one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  const { name = "" } = (error ?? {}) as ServiceError;
  return names.includes(name);
}

const NETWORK = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

/** Whether an error of AWS says nothing about what was asked: it goes by itself, and one who waits anyway can ask again. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (failureKind(error) === "throttled" || error.name === "TimeoutError") return true;
  const { code, $metadata } = error as ServiceError;
  if (typeof code === "string" && NETWORK.test(code)) return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Whether ECS says that there is no such thing, which can also mean: not yet everywhere. */
export function isMissing(error: unknown): boolean {
  return isNamed(
    error,
    "ServiceNotFoundException",
    "ClusterNotFoundException",
    "ServiceNotActiveException",
  );
}

const HINTS: Readonly<Partial<Record<FailureKind, string>>> = {
  noCredentials:
    "there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`",
  expired: "the AWS credentials have expired: renew them, for example with `aws sso login`",
  wrongKey: "AWS refuses these credentials: the secret access key is wrong",
  unknownKey: "AWS does not know these credentials: they are wrong, or deleted",
};

/** What an error of AWS comes to, in words that say what to do. */
export function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const kind = failureKind(error);
  const hint = kind === undefined ? undefined : HINTS[kind];
  return hint === undefined ? `${error.name}: ${error.message}` : `${hint} (${error.message})`;
}
