import type Docker from "dockerode";

import { backendOf } from "../../../components/docker/dynamic/router/part";
import { quantile, quantileLevel } from "../../gates/statistics";
import { requestOf, sampleOf } from "../../gates/traffic";
import { containerLines } from "./logLines";

/** So far back answers are looked at: as far as one period of an alarm on AWS. */
const WINDOW_MS = 5 * 60_000;
/** Answers that are held in memory, at most: of more, the first ones. */
const MOST = 200_000;

/** Times of the answers of each backend of a router, by its own log. */
export type AnswerTimes = ReadonlyMap<string, readonly number[]>;

export async function answerTimes(
  docker: Docker,
  router: string,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<AnswerTimes> {
  const since = String(Math.floor((now - WINDOW_MS) / 1000));
  const times = new Map<string, number[]>();
  let count = 0;
  for await (const { line, at } of containerLines(docker, router, {
    since,
    follow: false,
    signal,
  })) {
    const request = requestOf(line, at);
    const sample = request && sampleOf(request);
    if (request === undefined || sample === undefined) continue;
    const own = times.get(request.backend) ?? [];
    times.set(request.backend, own);
    own.push(sample.ms);
    if (++count >= MOST) break;
  }
  return times;
}

/** Milliseconds within which 95 of 100 of a service's answers came; undefined where it gave none. */
export function p95Of(times: AnswerTimes, service: string): number | undefined {
  const own = [...(times.get(backendOf(service)) ?? [])].sort((a, b) => a - b);
  return quantile(own, quantileLevel) ?? undefined;
}
