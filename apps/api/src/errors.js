/** A request that cannot be answered; the message is for the caller. */
export class RequestError extends Error {
  /**
   * @param {number} statusCode
   * @param {string} code
   * @param {string} message
   * @param {{ problems?: { path: string, message: string }[], cause?: unknown }} [details]
   */
  constructor(statusCode, code, message, { problems, cause } = {}) {
    super(message, { cause });
    this.name = "RequestError";
    this.statusCode = statusCode;
    this.code = code;
    this.problems = problems;
  }
}

const UNAVAILABLE = new Set([
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPIPE",
  ],
  // Postgres: shutting down, crashed, starting up, too many connections.
  ...["57P01", "57P02", "57P03", "53300"],
]);
const UNAVAILABLE_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/**
 * Whether an error of the Postgres client means that the database is away, and not that the query is wrong.
 *
 * @param {unknown} error
 */
export function isUnavailable(error) {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return UNAVAILABLE.has(code) || code.startsWith("08") || UNAVAILABLE_MESSAGE.test(error.message);
}
