import { backendOf } from "../../components/docker/dynamic/router/part";
import { containerLines } from "../platforms/docker/logLines";
import type { Daemon, Member } from "./daemon";
import { isFault } from "./load";
import type { Pair } from "./judge";
import type { Sample } from "./statistics";

/** Requests of each set that are held in memory, at most; later ones are not looked at. */
const most = 100_000;

/** One request of a service, as the router's log has it. */
export interface LoggedRequest {
  at: number;
  /** The router's name of the service. */
  backend: string;
  method: string;
  /** Without the query: the log has none. */
  path: string;
  status: number;
  totalMs: number;
  /** Address of the server that it was sent to. */
  address: string;
  /** HAProxy's two letters for how it ended. */
  end: string;
}

/** The request that a line of the router's log tells of, where it is one of the service's. */
export function requestIn(line: string, service: string, at: string): LoggedRequest | undefined {
  const request = requestOf(line, at);
  return request?.backend === backendOf(service) ? request : undefined;
}

/** The request that a line of the router's log tells of. */
export function requestOf(line: string, at: string): LoggedRequest | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const { service: backend, method, path, status, totalMs, address, end } = entry;
    return {
      at: Date.parse(at),
      backend: String(backend),
      method: String(method),
      path: String(path),
      status: Number(status),
      totalMs: Number(totalMs),
      address: String(address).replace(/:\d+$/, ""),
      end: String(end),
    };
  } catch {
    return undefined;
  }
}

/**
 * What one request says of the server. Undefined where it says nothing: the client left, or it was a tunnel (a
 * websocket), whose time is no time of an answer.
 */
export function sampleOf(request: LoggedRequest): Sample | undefined {
  if (request.end.startsWith("C") || request.end.startsWith("c") || request.status === 101) {
    return undefined;
  }
  const failed = isFault(request.status) || request.end.startsWith("S");
  return { at: request.at, ms: request.totalMs, failed };
}

/** Real traffic of both sets since a time, from the router's log. */
export async function trafficSince(
  { docker, router, fresh, stable }: Daemon,
  service: string,
  since: string,
  signal: AbortSignal,
): Promise<Pair> {
  const pair = { fresh: new Array<Sample>(), stable: new Array<Sample>() };
  const known = (members: readonly Member[]): Set<string> =>
    new Set(members.flatMap(({ addresses }) => addresses));
  const addresses = { fresh: known(fresh), stable: known(stable) };
  const lines = containerLines(docker, router, { since, follow: false, signal });
  for await (const { line, at } of lines) {
    const request = requestIn(line, service, at);
    if (request === undefined) continue;
    const sample = sampleOf(request);
    if (sample === undefined) continue;
    for (const set of ["fresh", "stable"] as const) {
      if (addresses[set].has(request.address) && pair[set].length < most) pair[set].push(sample);
    }
    if (pair.fresh.length >= most && pair.stable.length >= most) break;
  }
  return pair;
}
