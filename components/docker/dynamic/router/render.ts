import { createHash } from "node:crypto";
import { HEALTH_PATH, HEALTH_PORT, KEEP_ALIVE_SECONDS } from "./files";
import { FALLBACKS, frontends } from "./frontends";
import type { RoutePart } from "./part";
import { backendOf, slotName } from "./part";

/** Addresses of container names as they are right now. */
export type Addresses = ReadonlyMap<string, string>;

/**
 * HAProxy's configuration for all parts. Without addresses it is what the volume keeps: names that the router
 * looks up by itself. With addresses a new worker can serve from its first moment.
 */
export function renderConfig(
  parts: readonly RoutePart[],
  addresses: Addresses = new Map(),
): string {
  return globalSection(descriptionOf(parts)) + sections(parts, addresses);
}

/** The line by which a configuration, and the process that runs it, tell their structure. */
export function descriptionOf(parts: readonly RoutePart[]): string {
  return `description landfall-${structureOf(parts)}`;
}

/**
 * A short key of all that only a reload can change: everything but the servers. A running process shows the key
 * that it was loaded with as its description.
 */
export function structureOf(parts: readonly RoutePart[]): string {
  const bare = parts.map((part) => ({ ...part, servers: [] }));
  const text = globalSection("description landfall-") + sections(bare, new Map());
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function sections(parts: readonly RoutePart[], addresses: Addresses): string {
  const sorted = [...parts].sort((a, b) => (a.service < b.service ? -1 : 1));
  return [
    DEFAULTS,
    RESOLVERS,
    HEALTH_FRONTEND,
    ...frontends(sorted),
    FALLBACKS,
    ...sorted.map((part) => backend(part, addresses)),
  ].join("");
}

// hard-stop-after is for websockets and long uploads: they stay with the old worker after a reload.
function globalSection(description: string): string {
  return `global
  ${description}
  log stdout len 8192 format raw local0 info
  maxconn 4096
  hard-stop-after 3600s
  mworker-max-reloads 20
`;
}

// idle-close-on-response: at a reload the old worker answers one more request on an idle connection, with
// "Connection: close", instead of closing it under a client that may just be sending.
// http-server-close: a connection to a server carries one request, so no request (a POST, which nobody may
// repeat) can meet a server that is just closing an idle connection; connecting within one host is cheap.
const DEFAULTS = `
defaults
  mode http
  log global
  option dontlognull
  option http-server-close
  option idle-close-on-response
  option redispatch
  option forwardfor
  retries 3
  retry-on conn-failure
  balance roundrobin
  timeout client 65s
  timeout http-request 15s
  timeout http-keep-alive ${KEEP_ALIVE_SECONDS}s
  timeout queue 10s
  timeout client-fin 10s
  timeout server-fin 10s
  timeout connect 2s
  timeout server 60s
  http-error status 400 content-type application/json string '{"error":"bad request"}'
  http-error status 408 content-type application/json string '{"error":"request timeout"}'
  http-error status 502 content-type application/json string '{"error":"bad gateway"}'
  http-error status 504 content-type application/json string '{"error":"gateway timeout"}'
`;

// Looked up every second: after a restart a container's address may belong to another one.
const RESOLVERS = `
resolvers docker
  nameserver embedded 127.0.0.11:53
  accepted_payload_size 8192
  resolve_retries 2
  timeout resolve 1s
  timeout retry 500ms
  hold valid 1s
  hold obsolete 0s
  hold nx 10s
  hold other 10s
  hold refused 10s
  hold timeout 10s
`;

const HEALTH_FRONTEND = `
frontend landfall_health
  bind 127.0.0.1:${HEALTH_PORT}
  no log
  http-request return status 200 content-type text/plain string ok if { path ${HEALTH_PATH} }
  http-request deny deny_status 404
`;

// allow-dup-ip: a free slot keeps the name of a server that serves, and must not keep its address from it.
function backend(part: RoutePart, addresses: Addresses): string {
  const { check, timeouts } = part;
  const slots = Array.from({ length: part.slots }, (_, index) => slot(part, index, addresses));
  return `
backend ${backendOf(part.service)}
  option httpchk
  http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host ${part.service} hdr Connection close
  timeout connect ${milliseconds(timeouts.connectSeconds)}
  timeout server ${milliseconds(timeouts.responseSeconds)}
  timeout tunnel ${milliseconds(timeouts.tunnelSeconds)}
  timeout check ${milliseconds(check.timeoutSeconds)}
${stickiness(part)}  http-error status 503 content-type application/json string '{"error":"service unavailable","service":"${part.service}"}' hdr Retry-After ${part.retryAfterSeconds}
  default-server check inter ${milliseconds(check.intervalSeconds)} fastinter 500ms downinter 500ms fall ${check.fall} rise ${check.rise} resolvers docker resolve-prefer ipv4 resolve-opts allow-dup-ip
${slots.join("\n")}
`;
}

// The cookie's values are made of the servers' addresses, which change under the names of the slots.
function stickiness({ service, sticky }: RoutePart): string {
  if (sticky === undefined) return "";
  if ("header" in sticky) return `  balance hdr(${sticky.header})\n  hash-type consistent\n`;
  return `  cookie ${sticky.cookie} insert indirect nocache httponly dynamic\n  dynamic-cookie-key ${service}\n`;
}

function slot(part: RoutePart, index: number, addresses: Addresses): string {
  const server = part.servers[index];
  if (server === undefined) return `  server ${slotName(index)} 127.0.0.1:9 disabled`;
  const known = addresses.get(server.name);
  // "none" rather than "libc": a name that does not resolve must not hold up the start.
  const init = known === undefined ? "none" : `${known},none`;
  return `  server ${slotName(index)} ${server.name}:${server.port} weight ${server.weight} init-addr ${init}`;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
