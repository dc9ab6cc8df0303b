import { LandfallError } from "../errors";
import { describeBucket } from "./bucketUrl";
import type { BucketLocation } from "./bucketUrl";

interface ServiceError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

export function statusOf(error: unknown): number | undefined {
  return (error as ServiceError).$metadata?.httpStatusCode;
}

export function isFound(error: unknown, name: string): boolean {
  return (error as ServiceError).name === name;
}

/** What keeps a bucket from being used, in words of its reader, with what to do. */
export function bucketFailure(error: unknown, location: BucketLocation): LandfallError {
  if (error instanceof LandfallError) return error;
  const { name = "Error", message = "", code } = error as ServiceError;
  const status = statusOf(error);
  const place = describeBucket(location);
  const failure = (what: string, fix: string): LandfallError =>
    new LandfallError("backend_unreachable", `${place} ${what}`, { fix, cause: error });
  if (name === "NoSuchBucket") {
    return failure("has no such bucket", `Make the bucket "${location.bucket}", or name another.`);
  }
  if (/Credential|TokenProviderError/.test(name)) {
    return failure(
      "needs credentials, and none were found",
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    );
  }
  if (status === 401 || status === 403) {
    return failure(
      `refuses access (${name})`,
      "Check the credentials, and that they may list, read, write and delete objects there.",
    );
  }
  if (status === 301 || name === "PermanentRedirect" || /Region is missing/.test(message)) {
    return failure(
      "is in another region, or none is set",
      "Set `region` in the URL, or AWS_REGION.",
    );
  }
  if (status === undefined || status >= 500) {
    const why = status === undefined ? (code ?? name) : `${status} ${name}`;
    return failure(`does not answer (${why})`, "Check the endpoint and the network to it.");
  }
  return failure(`refused a request (${status} ${name})`, "Check that it is an S3 API.");
}
