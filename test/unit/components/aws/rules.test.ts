import assert from "node:assert/strict";
import type { AwsContext } from "../../../../components/aws/context";
import { deploymentOf } from "../../../../components/aws/deployment";
import { taskSize } from "../../../../components/aws/fargate";
import { claimRoutes } from "../../../../components/aws/loadBalancer/rules";
import { Problems } from "../../../../components/errors";
import { normalizeHealth } from "../../../../components/health";
import type { RolloutArgs } from "../../../../components/rollout";
import { normalizeRollout } from "../../../../components/rollout";
import type { PublicRoute, ServiceSpec } from "../../../../components/specs";

describe("the size of a task", () => {
  const paths = { cpu: "cpu", cpuUnits: "units", memory: "memory" };
  const size = (memoryMb: number, cpu?: number, cpuUnits?: number) => {
    const problems = new Problems("test");
    const found = taskSize({ cpu, cpuUnits, memoryMb }, paths, problems);
    return problems.all[0]?.rule ?? `${found.cpu}/${found.memoryMb}`;
  };

  it("is 512/1024 where nothing is said", () => {
    assert.equal(size(512), "512/1024");
  });

  it("is the next that Fargate has", () => {
    assert.equal(size(1025, 0.5), "512/2048");
    assert.equal(size(512, 0.2), "256/512");
    assert.equal(size(512, 0.3), "512/1024");
    assert.equal(size(16 * 1024), "2048/16384");
    assert.equal(size(17 * 1024, 8), "8192/20480");
    assert.equal(size(120 * 1024), "16384/122880");
  });

  it("keeps CPU units that are named, and says which memory they can have", () => {
    assert.equal(size(512, undefined, 256), "256/512");
    assert.equal(size(512, 4, 1024), "1024/2048");
    assert.match(
      size(4096, undefined, 256),
      /at most 512MB to 2GB with 256 CPU units; Fargate has/,
    );
    assert.match(
      size(512, undefined, 300),
      /must be one of: 256, 512, 1024, 2048, 4096, 8192, 16384/,
    );
  });

  it("ends where Fargate ends, and lists what there is", () => {
    assert.match(size(512, 17), /at most 16 vCPUs; Fargate has 256 with 512MB to 2GB, 512 with/);
    assert.match(size(121 * 1024), /at most 120GB/);
  });
});

describe("a deployment by ECS", () => {
  const spec = (args: RolloutArgs): ServiceSpec => {
    const problems = new Problems("test");
    const health = normalizeHealth({}, "/health", problems);
    const at = { replicas: 3, readinessPath: "/health" };
    const rollout = normalizeRollout(args, at, problems);
    problems.throwIfAny();
    return { rollout, health, drainMs: 30_000, published: [] } as unknown as ServiceSpec;
  };
  const base = 120 + 30 + 180;

  it("keeps all old tasks until the new ones are ready, when rolling", () => {
    const rolling = deploymentOf(spec({ strategy: "rolling" }));
    assert.deepEqual(rolling.configuration, { strategy: "ROLLING" });
    assert.deepEqual([rolling.minimumHealthyPercent, rolling.maximumPercent], [100, 200]);
    assert.equal(rolling.deadlineMs, base * 1000);
  });

  it("stops the old ones first, when recreating", () => {
    const recreate = deploymentOf(spec({ strategy: "recreate" }));
    assert.deepEqual([recreate.minimumHealthyPercent, recreate.maximumPercent], [0, 100]);
  });

  it("bakes for whole minutes, never less than asked for", () => {
    const blueGreen = deploymentOf(spec({ bake: "90s" }));
    assert.deepEqual(blueGreen.configuration, { strategy: "BLUE_GREEN", bakeTimeInMinutes: "2" });
    assert.equal(blueGreen.deadlineMs, (base + 120) * 1000);
  });

  it("moves a canary's share first", () => {
    const canary = deploymentOf(spec({ strategy: "canary", steps: [10], pause: "5m" }));
    assert.deepEqual(canary.configuration, {
      strategy: "CANARY",
      bakeTimeInMinutes: "0",
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: "5" },
    });
    assert.equal(canary.deadlineMs, (base + 300) * 1000);
  });

  it("moves equal steps, when linear", () => {
    const linear = deploymentOf(spec({ strategy: "linear", step: 20, pause: "2m", bake: "5m" }));
    assert.deepEqual(linear.configuration, {
      strategy: "LINEAR",
      bakeTimeInMinutes: "5",
      linearConfiguration: { stepPercent: 20, stepBakeTimeInMinutes: "2" },
    });
    assert.equal(linear.deadlineMs, (base + 5 * 120 + 300) * 1000);
  });

  it("gives its alarms the time to see something", () => {
    const watched = deploymentOf(spec({ gates: [{ type: "slo" }] }));
    assert.equal(watched.configuration.bakeTimeInMinutes, "3");
  });
});

describe("the rules of a load balancer", () => {
  const contextOf = () =>
    ({ settings: { publicPorts: [443, 8443], cdn: false } }) as unknown as AwsContext;
  const claim = (context: AwsContext, service: string, routes: Partial<PublicRoute>[]) => {
    const problems = new Problems("test");
    const all = routes.map((route) => ({
      port: 443,
      hosts: undefined,
      pathPrefix: undefined,
      ...route,
    }));
    const priorities = claimRoutes(context, service, all, problems);
    return { priorities, problems: problems.all.map(({ path, rule }) => `${path} ${rule}`) };
  };

  it("take the more specific request first: a host before any host, then the longer path", () => {
    const context = contextOf();
    const { priorities } = claim(context, "api", [
      { hosts: ["a.example"], pathPrefix: "/v1/items" },
      { hosts: ["a.example"], pathPrefix: "/v1" },
      { hosts: ["a.example"] },
      { pathPrefix: "/v1/items" },
      {},
    ]);
    assert.deepEqual(
      priorities,
      [...priorities].sort((a, b) => a - b),
    );
    assert.ok(priorities.every((each) => each >= 1 && each <= 50_000));
  });

  it("stay where they are when other services come and go", () => {
    const alone = claim(contextOf(), "web", [{ pathPrefix: "/web" }]).priorities;
    const context = contextOf();
    claim(context, "api", [{ pathPrefix: "/api" }]);
    assert.deepEqual(claim(context, "web", [{ pathPrefix: "/web" }]).priorities, alone);
  });

  it("never share a priority, however many there are", () => {
    const context = contextOf();
    const all = Array.from(
      { length: 600 },
      (_, index) => claim(context, `s${index}`, [{ pathPrefix: `/p${index}` }]).priorities[0],
    );
    assert.equal(new Set(all).size, all.length);
  });

  it("are refused where two services want the same requests, and name the other", () => {
    const context = contextOf();
    claim(context, "api", [{ hosts: ["A.example", "b.example"] }]);
    const { problems } = claim(context, "web", [{ hosts: ["a.example"] }]);
    assert.match(problems[0] ?? "", /^exposure\.public must differ from that of service "api"/);
    assert.deepEqual(claim(context, "web", [{ hosts: ["a.example"], port: 8443 }]).problems, []);
    assert.deepEqual(claim(context, "docs", [{ hosts: ["c.example"] }]).problems, []);
  });

  it("are refused with more than a rule can say", () => {
    const hosts = ["a", "b", "c", "d", "e", "f"];
    assert.match(claim(contextOf(), "api", [{ hosts }]).problems[0] ?? "", /at most 5 names/);
    const deep = claim(contextOf(), "api", [{ pathPrefix: "/a/b/c/d/e" }]).problems;
    assert.match(deep[0] ?? "", /at most 4 segments/);
    const port = claim(contextOf(), "api", [{ port: 9000 }]).problems;
    assert.match(port[0] ?? "", /exposure\.public\.port must be a port .*443, 8443/);
  });
});
