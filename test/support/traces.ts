import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Json, ResourceCall } from "./provider";

/** Recordings of the official plugins: they lie beside the repository, not in it. */
export const recordings = resolve(__dirname, "../../../shared/facts/official-plugins");

export const missingRecordings = existsSync(recordings)
  ? undefined
  : `the recordings of the official plugins are not here (${recordings}): nothing is replayed`;

export interface RecordedCall {
  readonly trace: string;
  readonly method: string;
  readonly request: ResourceCall & { readonly urn: string; readonly type: string };
  readonly response: Json;
}

/** The answered calls of every trace on resources of one package, in order. */
export function recordedCalls(packageName: string): RecordedCall[] {
  const traces = readdirSync(recordings).filter((name) => name.startsWith("trace-"));
  return traces.sort().flatMap((trace) =>
    readFileSync(join(recordings, trace), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Omit<RecordedCall, "trace">)
      // Each call is in the trace twice: as it was sent, and with its answer.
      .filter(({ request, response }) => isOf(packageName, request) && isAnswer(response))
      .map((call) => ({ ...call, trace })),
  );
}

function isOf(packageName: string, request: { readonly type?: string }): boolean {
  return request.type?.startsWith(`${packageName}:`) ?? false;
}

function isAnswer(response: Json | undefined): boolean {
  return response !== undefined;
}
