import assert from "node:assert/strict";
import { frontends } from "../../../../../../components/docker/dynamic/router/frontends";
import type { RoutePart } from "../../../../../../components/docker/dynamic/router/part";
import { partOf } from "../../../../../../components/docker/dynamic/router/part";
import {
  renderConfig,
  structureOf,
} from "../../../../../../components/docker/dynamic/router/render";

const api = partOf({
  router: "router",
  service: "api",
  listen: [{ port: 3000, hosts: ["API"] }, { port: 23000 }],
  servers: [
    { name: "api-1", port: 3000 },
    { name: "api-2", port: 3000, weight: 5 },
  ],
  check: { path: "/ready" },
  maintenance: { retryAfterSeconds: 7 },
});
const admin = partOf({
  router: "router",
  service: "admin",
  listen: [{ port: 23000, pathPrefix: "/admin/" }],
  servers: [],
  check: { path: "/health?deep=1", intervalSeconds: 0.5, fall: 2 },
  timeouts: { responseSeconds: 5 },
});

describe("the router's configuration", () => {
  it("does not depend on the order of the services", () => {
    assert.equal(renderConfig([api, admin]), renderConfig([admin, api]));
  });

  it("has a backend with named servers, free slots and the service's own times", () => {
    const lines = sectionOf(renderConfig([admin, api]), "backend service_api");
    assert.deepEqual(lines.slice(0, 11), [
      "option httpchk",
      "http-check send meth GET uri /ready ver HTTP/1.1 hdr Host api hdr Connection close",
      "timeout connect 2000ms",
      "timeout server 60000ms",
      "timeout tunnel 3600000ms",
      "timeout check 2000ms",
      `http-error status 503 content-type application/json string '{"error":"service unavailable","service":"api"}' hdr Retry-After 7`,
      "default-server check inter 2000ms fastinter 500ms downinter 500ms fall 3 rise 1 resolvers docker resolve-prefer ipv4 resolve-opts allow-dup-ip",
      "server s001 api-1:3000 weight 100 init-addr none",
      "server s002 api-2:3000 weight 5 init-addr none",
      "server s003 127.0.0.1:9 disabled",
    ]);
    assert.equal(lines.length, 8 + 16);
  });

  it("gives known addresses to a new worker, and only those", () => {
    const config = renderConfig([api], new Map([["api-1", "10.0.0.5"]]));
    assert.match(config, /server s001 api-1:3000 weight 100 init-addr 10\.0\.0\.5,none\n/);
    assert.match(config, /server s002 api-2:3000 weight 5 init-addr none\n/);
  });

  it("tries the longer path first, and hosts before any host", () => {
    const lines = sectionOf(frontends([api, admin]).join(""), "frontend port_23000");
    assert.deepEqual(
      lines.filter((line) => /backend /.test(line)),
      [
        "use_backend service_admin if { path -m str /admin } || { path -m beg /admin/ }",
        "use_backend service_api",
        "default_backend landfall_no_path",
      ],
    );
  });

  it("compares hosts in lower case and turns unknown ones away with 421", () => {
    const lines = sectionOf(frontends([api, admin]).join(""), "frontend port_3000");
    assert.deepEqual(
      lines.filter((line) => /backend /.test(line)),
      [
        "use_backend service_api if { var(txn.host) -m str api }",
        "use_backend landfall_no_path if { var(txn.host) -m str api }",
        "default_backend landfall_no_host",
      ],
    );
  });

  it("joins host and path so that both must hold in each alternative", () => {
    const part: RoutePart = {
      ...api,
      listen: [{ port: 80, hosts: ["a.example", "b.example"], pathPrefix: "/v1" }],
    };
    assert.match(
      frontends([part]).join(""),
      /use_backend service_api if \{ var\(txn\.host\) -m str a\.example b\.example \} \{ path -m str \/v1 \} \|\| \{ var\(txn\.host\) -m str a\.example b\.example \} \{ path -m beg \/v1\/ \}/,
    );
  });

  it("never writes queries to the log", () => {
    const log = frontends([api])
      .join("")
      .split("\n")
      .find((line) => line.includes("log-format"));
    assert.ok(log !== undefined && !/%r\b|%HU|%HQ|url|query/.test(log), log);
  });
});

describe("the structure of a configuration", () => {
  it("stays when only servers and weights change", () => {
    const moved: RoutePart = { ...api, servers: [{ name: "other", port: 1, weight: 1 }] };
    assert.equal(structureOf([api, admin]), structureOf([admin, moved]));
  });

  const changes: Record<string, Partial<RoutePart>> = {
    port: { listen: [{ port: 3001, hosts: ["api"] }] },
    host: { listen: [{ port: 3000, hosts: ["other"] }, { port: 23000 }] },
    check: { check: { ...api.check, fall: 9 } },
    timeout: { timeouts: { ...api.timeouts, responseSeconds: 1 } },
    slots: { slots: 32 },
    "retry time": { retryAfterSeconds: 1 },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`changes with the ${what}`, () => {
      assert.notEqual(structureOf([api]), structureOf([{ ...api, ...change }]));
    });
  }

  it("changes with a service more or less", () => {
    assert.notEqual(structureOf([api]), structureOf([api, admin]));
  });
});

describe("slots", () => {
  const inputs = (count: number) => ({
    router: "r",
    service: "s",
    listen: [{ port: 1 }],
    check: { path: "/" },
    servers: Array.from({ length: count }, (_, index) => ({ name: `c${index}`, port: 1 })),
  });

  it("are enough for old and new servers side by side", () => {
    assert.deepEqual(
      [0, 1, 8, 9, 17, 128].map((count) => partOf(inputs(count)).slots),
      [16, 16, 16, 32, 64, 256],
    );
  });

  it("never get fewer", () => {
    assert.equal(partOf(inputs(1), partOf(inputs(20))).slots, 64);
  });
});

function sectionOf(config: string, head: string): string[] {
  const lines = config.split("\n");
  const start = lines.indexOf(head) + 1;
  const length = lines.slice(start).findIndex((line) => !line.startsWith("  "));
  return lines.slice(start, start + length).map((line) => line.trim());
}
