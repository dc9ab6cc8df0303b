import { inspect } from "node:util";
import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { CancelledError, TimeoutError } from "./calls";
import { InvalidRequestError, ResourceInitError } from "./errors";
import { encodeMap } from "./wire";

export type StatusError = Partial<grpc.StatusObject> & { code: grpc.status; details: string };

/** The gRPC status for whatever a handler threw: its message with those of its causes, and never a stack. */
export function statusOf(error: unknown): StatusError {
  const code = codeOf(error);
  const details = messageOf(error);
  if (!(error instanceof ResourceInitError)) return { code, details };
  return { code, details, metadata: initFailure(error, code, details) };
}

function codeOf(error: unknown): grpc.status {
  if (error instanceof InvalidRequestError) return grpc.status.INVALID_ARGUMENT;
  if (error instanceof CancelledError) return grpc.status.CANCELLED;
  if (error instanceof TimeoutError) return grpc.status.DEADLINE_EXCEEDED;
  return grpc.status.UNKNOWN;
}

function messageOf(error: unknown): string {
  const messages: string[] = [];
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth++) {
    const message = cause instanceof Error ? cause.message : inspect(cause);
    if (message !== "" && !messages.some((known) => known.includes(message)))
      messages.push(message);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages.length > 0 ? messages.join(": ") : "the plugin failed without a message";
}

/** gRPC's convention for structured details: a status message in the trailer of this name. */
function initFailure(error: ResourceInitError, code: grpc.status, details: string): grpc.Metadata {
  const failure = new ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(encodeMap(error.state))
    .setReasonsList([...error.reasons]);
  if (error.inputs) failure.setInputs(encodeMap(error.inputs));
  const detail = new Any();
  detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status().setCode(code).setMessage(details).setDetailsList([detail]);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}
