/** Where and as whom AWS is asked; what is left out comes from the usual chain of environment and files. */
export interface AwsAccess {
  readonly region: string;
  /** Profile of the shared config files. @default AWS_PROFILE's, else the default one */
  readonly profile?: string | undefined;
}

/**
 * What every client is made with. Endpoints (AWS_ENDPOINT_URL) and credentials are the SDK's own to find, so that they
 * are found where the AWS CLI finds them.
 */
export function clientConfig({ region, profile }: AwsAccess) {
  return { region, maxAttempts: 5, ...(profile === undefined ? {} : { profile }) };
}

/** Errors of AWS by name whose cause is not in what they say. */
const HINTS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    "there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login`",
  ExpiredToken: "the AWS credentials have expired: renew them, for example with `aws sso login`",
  InvalidClientTokenId: "AWS does not know these credentials: they are wrong, or deleted",
  SignatureDoesNotMatch: "AWS refuses these credentials: the secret access key is wrong",
};
const ALIASES: Readonly<Record<string, string>> = {
  ExpiredTokenException: "ExpiredToken",
  TokenProviderError: "ExpiredToken",
  UnrecognizedClientException: "InvalidClientTokenId",
};

/** What an error of AWS comes to, in words that say what to do. */
export function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = HINTS[ALIASES[error.name] ?? error.name];
  return hint === undefined ? `${error.name}: ${error.message}` : `${hint} (${error.message})`;
}
