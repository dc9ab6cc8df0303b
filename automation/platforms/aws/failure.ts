import { failureKind, isNamed } from "../../../components/aws/dynamic/failures";
import { LandfallError } from "../../errors";

interface ServiceError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

/** Whether a service does not know a request at all: an older one, or an emulator. */
export function isUnknownRequest(error: unknown): boolean {
  const { $metadata: { httpStatusCode: status } = {} } = error as ServiceError;
  return (
    isNamed(error, "UnknownOperationException", "InvalidAction", "NotImplementedError") ||
    status === 501
  );
}

/**
 * What a failed call of AWS stands for.
 * @param doing What was tried, such as `looking at the services of cluster shop-production`.
 */
export function awsFailure(error: unknown, doing: string): LandfallError {
  if (error instanceof LandfallError) return error;
  const { name = "Error", message = "", code, $metadata: about } = error as ServiceError;
  const status = about?.httpStatusCode;
  const fail = (
    what: "credentials" | "access_denied" | "throttled" | "platform_unreachable" | "platform",
    why: string,
    fix?: string,
  ): LandfallError =>
    new LandfallError(what, `${doing}: ${why}`, {
      cause: error,
      ...(fix === undefined ? {} : { fix }),
    });
  if (/Region is missing/.test(message))
    return fail("credentials", "no region is set", "Set `aws:region` or AWS_REGION.");
  switch (failureKind(error)) {
    case "expired":
      return fail("credentials", "the credentials have expired");
    case "wrongKey":
      return fail("credentials", `AWS refuses the secret access key (${name})`);
    case "unknownKey":
      return fail("credentials", `AWS does not know the credentials (${name})`);
    case "noCredentials":
      return fail("credentials", `there are no credentials: ${message}`);
    case "denied":
      return fail("access_denied", deniedWords(message));
    case "throttled": {
      const times = about?.attempts === undefined ? "" : `, asked ${about.attempts} times`;
      return fail("throttled", `AWS answers no more requests for now (${name}${times})`);
    }
    case undefined:
  }
  if (status === undefined || status >= 500) {
    const why = status === undefined ? (code ?? name) : `${status} ${name}`;
    return fail("platform_unreachable", `AWS does not answer (${why})`);
  }
  return fail("platform", `${message === "" ? name : message} (${name})`);
}

/** Who may not do what to which, as far as AWS says. */
function deniedWords(message: string): string {
  const action = /perform:? ?([\w-]+:[\w*]+)/.exec(message)?.[1];
  const resource = /on resource:? ?([^\s]+)/.exec(message)?.[1]?.replace(/[.,]$/, "");
  const user = /(?:User|Principal):? ?(arn:[^\s]+)/.exec(message)?.[1];
  if (action === undefined) return `access is denied: ${message}`;
  const of = user === undefined ? "" : ` to ${user}`;
  return `${action}${resource === undefined ? "" : ` on ${resource}`} is not allowed${of}`;
}
