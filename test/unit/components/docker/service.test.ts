import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceArgs } from "../../../../components";
import { ApiService, Environment, ManagedPostgres, PredictorService } from "../../../../components";
import type { Registrations } from "../../../support/mocks";
import { mockEngine, valueOf } from "../../../support/mocks";

const REF = `sha256:${"ab".repeat(32)}`;

describe("a service on Docker", () => {
  let seen: Registrations;
  let environment: Environment;

  beforeEach(async () => {
    seen = await mockEngine();
    environment = new Environment("shop", { docker: { publicPorts: [3000, 8080] } });
  });

  const api = (args: Partial<ServiceArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
    new ApiService("api", { environment, image: { ref: REF }, ...args }, opts);
  const containers = () =>
    seen.ofType("docker:index/container:Container").filter(({ name }) => name.startsWith("api-"));

  it("is containers keyed by revision, a gate and a route", async () => {
    const { status } = api({ replicas: 2 });
    await seen.settled();
    const { revision } = await valueOf(status);
    assert.match(revision, /^[0-9a-f]{8}$/);
    assert.deepEqual(
      containers().map(({ name }) => name),
      [`api-${revision}-0`, `api-${revision}-1`],
    );
    const gate = seen.named(`api-${revision}-gate`).inputs;
    assert.deepEqual(gate["targets"], [
      { name: `shop-test-api-${revision}-0-abc123`, port: 3000 },
      { name: `shop-test-api-${revision}-1-abc123`, port: 3000 },
    ]);
    assert.deepEqual(seen.named("api-route").inputs["servers"], gate["targets"]);
  });

  it("of a predictor is held to 100 ms at p95 and errors under 1 %, unless it names gates of its own", async () => {
    const args = { environment, image: { ref: REF }, health: { path: "/ready" } };
    const usual = await valueOf(new PredictorService("usual", args).status);
    assert.deepEqual(usual.rollout.gates, [
      {
        ...{ name: "slo", when: ["after"], type: "slo", path: "/ready" },
        ...{ p95Ms: 100, errorRate: 0.01, requests: 1000, windowMs: 60_000, compare: true },
      },
    ]);
    const rollout = { strategy: "canary", gates: [] } as const;
    const own = await valueOf(new PredictorService("own", { ...args, rollout }).status);
    assert.deepEqual([own.rollout.strategy, own.rollout.gates], ["canary", []]);
    assert.deepEqual((await valueOf(api().status)).rollout.gates, []);
  });

  it("keeps its revision when only the number of replicas, the drain or the route changes", async () => {
    const before = await valueOf(api().status);
    seen = await mockEngine();
    environment = new Environment("shop", { docker: { publicPorts: [3000, 8080] } });
    const after = await valueOf(
      api({ replicas: 3, drain: "5s", exposure: { public: { port: 3000 } } }).status,
    );
    assert.equal(after.revision, before.revision);
  });

  it("gets another revision with whatever a container runs", async () => {
    const variants: Partial<ServiceArgs>[] = [
      {},
      { image: { ref: `sha256:${"cd".repeat(32)}` } },
      { env: { A: "1" } },
      { env: { A: "2" } },
      { command: ["node", "x.js"] },
      { resources: { memory: "1GB" } },
      { resources: { cpu: 0.5 } },
      { port: 3001 },
      { secretsVersion: "2" },
      { secrets: { TOKEN: "x" } },
      { user: "1000" },
      { readOnlyRootFilesystem: true },
      { health: { path: "/other" } },
      { logs: { maxFiles: 5 } },
      { restart: "on-failure" },
    ];
    const revisions = new Set<string>();
    for (const args of variants) {
      seen = await mockEngine();
      environment = new Environment("shop");
      revisions.add((await valueOf(api(args).status)).revision);
    }
    assert.equal(revisions.size, variants.length);
  });

  it("does not put the value of a secret into the revision", async () => {
    const first = await valueOf(api({ secrets: { TOKEN: "one" } }).status);
    seen = await mockEngine();
    environment = new Environment("shop");
    const second = await valueOf(api({ secrets: { TOKEN: "two" } }).status);
    assert.equal(first.revision, second.revision);
  });

  it("gives its containers limits, no rights, a health check without tools, and time to drain", async () => {
    api({ resources: { memory: "256MB", cpu: 0.5 }, drain: "20s" });
    await seen.settled();
    const inputs = containers()[0]?.inputs ?? {};
    assert.equal(inputs["memory"], 256);
    assert.equal(inputs["cpus"], "0.5");
    assert.deepEqual(inputs["capabilities"], { drops: ["ALL"] });
    assert.deepEqual(inputs["securityOpts"], ["no-new-privileges:true"]);
    assert.equal(inputs["destroyGraceSeconds"], 20);
    assert.equal(inputs["stopTimeout"], 20);
    assert.deepEqual(inputs["logOpts"], { "max-size": "10m", "max-file": "3" });
    const health = inputs["healthcheck"] as Record<string, unknown>;
    assert.deepEqual(
      [health["interval"], health["timeout"], health["startPeriod"], health["retries"]],
      ["30s", "10s", "40s", 3],
    );
  });

  it("publishes no port itself", async () => {
    api({ exposure: { public: { port: 3000 } } });
    await seen.settled();
    const publishing = seen
      .ofType("docker:index/container:Container")
      .filter(({ inputs }) => Array.isArray(inputs["ports"]) && inputs["ports"].length > 0);
    assert.deepEqual(
      publishing.map(({ name }) => name),
      ["router"],
    );
  });

  it("listens for the outside on another port than for other services", async () => {
    api({ exposure: { public: [{ port: 3000 }, { port: 8080, pathPrefix: "/api" }] } });
    await seen.settled();
    assert.deepEqual(seen.named("api-route").inputs["listen"], [
      { port: 3000, hosts: ["api"] },
      { port: 23000 },
      { port: 28080, pathPrefix: "/api" },
    ]);
  });

  it("keeps its route, without servers and without a gate, when it is stopped", async () => {
    const { status } = api({ replicas: 0 });
    await seen.settled();
    assert.deepEqual(containers(), []);
    assert.deepEqual(seen.named("api-route").inputs["servers"], []);
    assert.equal(seen.ofType("pulumi-nodejs:dynamic/landfall:Gate").length, 0);
    assert.equal((await valueOf(status)).replicas, 0);
  });

  it("reaches a linked service through the router, and is not changed when that one stops", async () => {
    const revisionWith = async (replicas: number) => {
      seen = await mockEngine();
      environment = new Environment("shop");
      const predictor = new PredictorService("predictor", {
        environment,
        image: { ref: REF },
        replicas,
      });
      const { revision } = await valueOf(api({ links: [predictor] }).status);
      await seen.settled();
      return { revision, inputs: containers()[0]?.inputs ?? {} };
    };
    const running = await revisionWith(1);
    const stopped = await revisionWith(0);
    assert.deepEqual(running, stopped);
    assert.ok((running.inputs["envs"] as string[]).includes("PREDICTOR_URL=http://predictor:5000"));
    const [host] = running.inputs["hosts"] as { host: string; ip: string }[];
    assert.equal(host?.host, "predictor");
    assert.match(host.ip, /^10\.\d+\.\d+\.2$/);
  });

  it("joins the network of a linked database, and no other service does", async () => {
    const db = new ManagedPostgres("db", { environment });
    api({ links: [db] });
    new ApiService("other", { environment, image: { ref: REF } });
    await seen.settled();
    const networksOf = (prefix: string) =>
      seen
        .ofType("docker:index/container:Container")
        .filter(({ name }) => name.startsWith(prefix))
        .flatMap(({ inputs }) => inputs["networksAdvanced"] as { name: string }[])
        .map(({ name }) => name);
    assert.deepEqual(networksOf("api-"), ["shop-test", "shop-test-db"]);
    assert.deepEqual(networksOf("other-"), ["shop-test"]);
    assert.equal(seen.named("db-network").inputs["internal"], true);
  });

  it("takes changes of its children", async () => {
    api({ transform: { container: { shmSize: 128 } } });
    await seen.settled();
    assert.equal(containers()[0]?.inputs["shmSize"], 128);
  });

  it("makes its containers children of itself, with names from its own", async () => {
    const service = api();
    await seen.settled();
    const urn = await valueOf(service.urn);
    assert.ok(urn.includes("landfall:index:ApiService::api"));
    assert.ok(containers().every(({ name }) => name.startsWith("api-")));
  });

  it("names its secrets and those of its links, without their values", () => {
    const db = new ManagedPostgres("db", { environment });
    const service = api({ secrets: { TOKEN: "hunter2-hunter2" }, links: [db] });
    assert.deepEqual(service.secretNames, ["DATABASE_URL", "TOKEN"]);
  });
});
