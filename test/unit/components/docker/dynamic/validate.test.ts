import assert from "node:assert/strict";
import { UNKNOWN } from "../../../../../components/dynamic/diff";
import { gate } from "../../../../../components/docker/dynamic/gate";
import { route } from "../../../../../components/docker/dynamic/route";
import { task } from "../../../../../components/docker/dynamic/task";
import type { RouteInputs } from "../../../../../components/docker/dynamic/types";

const good: RouteInputs = {
  router: "shop-dev-router",
  service: "api",
  listen: [{ port: 3000, hosts: ["api"], pathPrefix: "/v1" }],
  servers: [{ name: "shop-dev-api-1", port: 3000 }],
  check: { path: "/ready?full=1" },
};

async function failuresOf(change: object): Promise<string[]> {
  const news = { ...good, ...change };
  const { failures = [] } = await route.check(news, news);
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

describe("the inputs of a route", () => {
  it("are taken when they are right", async () => {
    assert.deepEqual(await failuresOf({}), []);
  });

  const injections: [string, object, string][] = [
    ["service", { service: "api\nbackend x" }, "service"],
    ["host", { listen: [{ port: 1, hosts: ["a } || { always_true"] }] }, "listen.0.hosts.0"],
    ["path prefix", { listen: [{ port: 1, pathPrefix: "/a b" }] }, "listen.0.pathPrefix"],
    ["path prefix with quotes", { listen: [{ port: 1, pathPrefix: '/"' }] }, "listen.0.pathPrefix"],
    ["comment in a path", { listen: [{ port: 1, pathPrefix: "/a#b" }] }, "listen.0.pathPrefix"],
    ["server name", { servers: [{ name: "a; disable server", port: 1 }] }, "servers.0.name"],
    ["check path", { check: { path: "/x\r\nhttp-check" } }, "check.path"],
    ["router", { router: "--privileged" }, "router"],
  ];
  for (const [what, change, property] of injections) {
    it(`cannot smuggle anything in by the ${what}`, async () => {
      const failures = await failuresOf(change);
      assert.equal(failures.length, 1, failures.join("\n"));
      assert.ok(failures[0]?.startsWith(`${property}: must be`), failures[0]);
    });
  }

  it("are all reported at once, with the values that were received", async () => {
    const failures = await failuresOf({ service: "API", listen: [{ port: 99999 }], surprise: 1 });
    assert.equal(failures.length, 3);
    assert.ok(failures.some((failure) => failure.includes('received "API"')));
    assert.ok(failures.some((failure) => failure.includes("received 99999")));
    assert.ok(failures.includes("surprise: is not an input of this resource"));
  });

  it("may not take the router's own ports", async () => {
    const [failure = ""] = await failuresOf({ listen: [{ port: 9901 }] });
    assert.match(failure, /^listen\.0\.port: .* received 9901$/);
  });

  it("may be unknown in part during a preview", async () => {
    assert.deepEqual(await failuresOf({ router: UNKNOWN, servers: UNKNOWN }), []);
    assert.deepEqual(await failuresOf({ servers: [{ name: UNKNOWN, port: 3000 }] }), []);
  });
});

describe("the inputs of a gate and of a task", () => {
  it("bound the pace of a gate", async () => {
    const news = { router: "r", targets: [{ name: "a", port: 1 }], path: "/", revision: "1" };
    const { failures = [] } = await gate.check(news, { ...news, intervalMs: 5 });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["intervalMs"],
    );
  });

  it("never show what is in a task's environment", async () => {
    const env: Record<string, string> = JSON.parse(`{"PASSWORD":12345}`) as Record<string, string>;
    const news = { name: "t", image: "i", revision: "1", env };
    const { failures = [] } = await task.check(news, news);
    assert.equal(failures.length, 1);
    assert.ok(!JSON.stringify(failures).includes("12345"));
  });
});

describe("what counts as a change", () => {
  it("is nothing for the same inputs, whatever the state has beside them", async () => {
    const state = { ...good, upstreams: ["x:1"], mode: "reload" as const, __provider: "old text" };
    assert.deepEqual(await route.diff("api", state, { ...good, ...{ __provider: "new text" } }), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  it("is an update for servers and a replacement for the service's name", async () => {
    const state = { ...good, upstreams: [], mode: "reload" as const };
    const servers = await route.diff("api", state, { ...good, servers: [] });
    assert.deepEqual(servers, { changes: true, replaces: [], deleteBeforeReplace: false });
    const renamed = await route.diff("api", state, { ...good, service: "web" });
    assert.deepEqual(renamed.replaces, ["service"]);
  });

  it("is nothing for a gate that is asked through another router, or is told what is secret", async () => {
    const news = { router: "new", targets: [{ name: "a", port: 1 }], path: "/", revision: "1" };
    const olds = { ...news, router: "old", passed: ["a:1"] };
    const verdict = await gate.diff("gate-1", olds, { ...news, secretEnv: ["PIN"] });
    assert.equal(verdict.changes, false);
  });
});
