import { prefix } from "./conflicts";
import type { RoutePart } from "./part";
import { backendOf } from "./part";

interface Rule {
  backend: string;
  /** In lower case; empty means any. */
  hosts: string[];
  path: string;
}

// One JSON object a line; the path only, since queries hold personal data and tokens.
const LOG_FORMAT = [
  `"time":"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]"`,
  `"id":"%[var(txn.id),json(utf8s)]"`,
  `"client":"%ci"`,
  `"service":"%b"`,
  `"server":"%s"`,
  `"address":"%si:%sp"`,
  `"method":"%HM"`,
  `"host":"%[var(txn.host),json(utf8s)]"`,
  `"path":"%[var(txn.path),json(utf8s)]"`,
  `"status":%ST`,
  `"bytes":%B`,
  `"queueMs":%Tw`,
  `"connectMs":%Tc`,
  `"serverMs":%Tr`,
  `"totalMs":%Ta`,
  `"retries":"%rc"`,
  `"end":"%ts"`,
].join(",");

// HAProxy keeps header names in lower case, which is what the expression meets.
// What a client says of where it comes from is not believed: only the router's own view is passed on.
const REQUEST_RULES = `  http-request set-var(txn.path) path,bytes(0,512)
  http-request set-var(txn.host) req.hdr(host),host_only,lower
  http-request set-header X-Request-Id %[unique-id] unless { req.hdr(X-Request-Id) -m reg ^[A-Za-z0-9._-]{1,64}$ }
  http-request set-var(txn.id) req.hdr(X-Request-Id)
  http-after-response set-header X-Request-Id %[var(txn.id)]
  http-request del-header ^(forwarded|x-real-ip|x-forwarded-.*)$ -m reg
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if { req.hdr(host) -m found }
  http-request set-header X-Forwarded-Port %[dst_port]`;

/** Where requests go that no service asked for. */
export const FALLBACKS = `
backend landfall_no_host
  http-request return status 421 content-type application/json string '{"error":"no service of this host name here"}'

backend landfall_no_path
  http-request return status 404 content-type application/json string '{"error":"no service at this path"}'
`;

/** One frontend for each port that any service listens at. */
export function frontends(parts: readonly RoutePart[]): string[] {
  const ports = new Set(parts.flatMap((part) => part.listen.map((listen) => listen.port)));
  return [...ports].sort((a, b) => a - b).map((port) => frontend(port, rulesAt(port, parts)));
}

function frontend(port: number, rules: Rule[]): string {
  const hosts = [...new Set(rules.flatMap((rule) => rule.hosts))].sort();
  const anyHost = rules.some((rule) => rule.hosts.length === 0);
  return `
frontend port_${port}
  bind :${port}
  unique-id-format %[uuid()]
  log-format '{${LOG_FORMAT}}'
${REQUEST_RULES}
${rules.map((rule) => `  use_backend ${rule.backend}${condition(rule)}`).join("\n")}
${anyHost ? "  default_backend landfall_no_path" : unknownHost(hosts)}
`;
}

// The more specific rule first: a named host before any host, then the longer path.
function rulesAt(port: number, parts: readonly RoutePart[]): Rule[] {
  return parts
    .flatMap((part) =>
      part.listen
        .filter((listen) => listen.port === port)
        .map(({ hosts = [], pathPrefix = "/" }) => ({
          backend: backendOf(part.service),
          hosts: hosts.map((host) => host.toLowerCase()).sort(),
          path: prefix(pathPrefix),
        })),
    )
    .sort(
      (a, b) =>
        Number(a.hosts.length === 0) - Number(b.hosts.length === 0) ||
        b.path.length - a.path.length ||
        (keyOf(a) < keyOf(b) ? -1 : 1),
    );
}

function keyOf(rule: Rule): string {
  return `${rule.path} ${rule.hosts.join(" ")} ${rule.backend}`;
}

function condition({ hosts, path }: Rule): string {
  const host = hosts.length === 0 ? "" : `{ var(txn.host) -m str ${hosts.join(" ")} }`;
  if (path === "/") return host === "" ? "" : ` if ${host}`;
  // On a segment border: /api takes /api and /api/x, not /apix.
  const matches = [`{ path -m str ${path} }`, `{ path -m beg ${path}/ }`];
  return ` if ${matches.map((match) => `${host} ${match}`.trim()).join(" || ")}`;
}

function unknownHost(hosts: string[]): string {
  return `  use_backend landfall_no_path if { var(txn.host) -m str ${hosts.join(" ")} }
  default_backend landfall_no_host`;
}
