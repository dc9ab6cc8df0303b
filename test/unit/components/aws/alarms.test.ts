import assert from "node:assert/strict";
import * as path from "node:path";
import type { AlarmsArgs } from "../../../../components";
import { Alarms, ApiService, ManagedPostgres, RedisCache } from "../../../../components";
import type { Registrations } from "../../../support/mocks";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { onAws } from "./onAws";
import { REF } from "./services";
import { mistakesOf } from "./storeSpecs";

/** A system of each kind, watched over. */
async function watched(
  args: Partial<AlarmsArgs> = {},
  stack = "staging",
): Promise<{ seen: Registrations; alarms: Alarms }> {
  let alarms: Alarms | undefined;
  const seen = await onAws(
    (environment) => {
      const image = { ref: REF };
      const api = new ApiService("api", {
        environment,
        image,
        exposure: { public: { port: 443 } },
      });
      const worker = new ApiService("worker", { environment, image });
      const db = new ManagedPostgres("db", { environment });
      const cache = new RedisCache("cache", { environment, aws: { replicas: 1 } });
      alarms = new Alarms("alarms", {
        environment,
        ...{ services: [api, worker], databases: [db], caches: [cache] },
        aws: { queues: ["rainbow-jobs"] },
        ...args,
      });
    },
    { stack },
  );
  assert.ok(alarms);
  return { seen, alarms };
}

interface Query {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: { readonly dimensions: Readonly<Record<string, string>> };
}

describe("alarms on AWS", () => {
  let seen: Registrations;
  let alarms: Alarms;
  before(async () => {
    ({ seen, alarms } = await watched());
  });

  const alarmOf = (key: string) => seen.named(`alarms-${key}`).inputs;
  const queriesOf = (key: string) => alarmOf(key)["metricQueries"] as Query[];

  it("are what their snapshot shows", () => {
    matchesSnapshot(seen.only("alarms"), path.join(__dirname, "snapshots", "alarms.staging.yaml"));
  });

  it("are the document's two, with its figures", () => {
    for (const [key, namespace, metricName] of [
      ["api-high-cpu", "AWS/ECS", "CPUUtilization"],
      ["db-connections", "AWS/RDS", "DatabaseConnections"],
    ] as const) {
      const inputs = alarmOf(key);
      assert.deepEqual([inputs["namespace"], inputs["metricName"]], [namespace, metricName]);
      assert.deepEqual(
        [inputs["threshold"], inputs["period"], inputs["evaluationPeriods"], inputs["statistic"]],
        [80, 300, 2, "Average"],
      );
      assert.equal(inputs["comparisonOperator"], "GreaterThanThreshold");
    }
    assert.deepEqual(alarmOf("db-connections")["dimensions"], {
      DBInstanceIdentifier: "rainbow-staging-db",
    });
  });

  it("go to the environment's topic, when they begin and when they are over", () => {
    for (const { inputs } of seen
      .only("alarms-")
      .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")) {
      assert.match(JSON.stringify(inputs["alarmActions"]), /rainbow-staging-alerts/);
      assert.deepEqual(inputs["okActions"], inputs["alarmActions"]);
    }
  });

  it("hear of failing answers and of slow ones at the load balancer, or inside by Service Connect", () => {
    for (const key of ["api-errors", "api-p95"])
      for (const { metric } of queriesOf(key))
        if (metric !== undefined) {
          assert.match(metric.dimensions["LoadBalancer"] ?? "", /^app\//);
          assert.match(metric.dimensions["TargetGroup"] ?? "", /^targetgroup\//);
        }
    assert.equal(
      queriesOf("worker-errors")[0]?.metric?.dimensions["TargetDiscoveryName"],
      "rainbow-staging-worker",
    );
    assert.equal(queriesOf("worker-p95").at(-1)?.expression, "FILL(t0, 0) / 1000");
  });

  it("hear of targets that are unhealthy, and inside of tasks that are missing", () => {
    assert.match(queriesOf("api-unhealthy").at(-1)?.expression ?? "", /^FILL\(u0, 0\)/);
    assert.equal(
      queriesOf("worker-unhealthy").at(-1)?.expression,
      "FILL(wanted, 0) - FILL(running, 0)",
    );
  });

  it("hear of a disk that fills, of each node's memory and of a queue that waits", () => {
    const { comparisonOperator, threshold } = alarmOf("db-storage");
    assert.deepEqual([comparisonOperator, threshold], ["LessThanThreshold", 2 * 1024 ** 3]);
    assert.deepEqual(
      ["cache-high-memory-1", "cache-high-memory-2"].map((key) => alarmOf(key)["dimensions"]),
      [
        { CacheClusterId: "rainbow-staging-cache-001" },
        { CacheClusterId: "rainbow-staging-cache-002" },
      ],
    );
    const queue = alarmOf("alarms-queue-age-1");
    assert.deepEqual(
      [queue["dimensions"], queue["threshold"]],
      [{ QueueName: "rainbow-jobs" }, 300],
    );
  });

  it("have a page that shows each of them", () => {
    const body = JSON.parse(String(seen.named("alarms-dashboard").inputs["dashboardBody"])) as {
      widgets: { properties: { alarms?: string[] } }[];
    };
    const count = seen.only("alarms-").ofType("aws:cloudwatch/metricAlarm:MetricAlarm").length;
    assert.equal(body.widgets[0]?.properties.alarms?.length, count);
    assert.equal(body.widgets.length, count + 1);
  });

  it("tell in the stack's output what is watched, and by which alarm", async () => {
    const status = await valueOf(alarms.status);
    const cpu = status.watched.find(({ alarm }) => alarm === "rainbow-staging-api-high-cpu");
    assert.deepEqual(cpu, {
      component: "api",
      what: "CPU above 80 %",
      alarm: "rainbow-staging-api-high-cpu",
    });
    assert.equal(status.cloudwatch?.dashboard, "rainbow-staging-alarms");
  });

  it("are refused with thresholds that are none, and with nothing to watch", async () => {
    await onAws((environment) => {
      const thresholds = {
        cpuPercent: 180,
        memoryPercent: 0,
        connections: 0,
        errorRate: 5,
        p95: "1 s" as "1s",
        freeStorage: "1MB" as const,
      };
      const mistakes = mistakesOf(() => new Alarms("alarms", { environment, thresholds }));
      assert.deepEqual(
        mistakes.map((mistake) => mistake.split(":")[0]),
        [
          "services",
          ...["cpuPercent", "memoryPercent", "connections", "errorRate", "p95", "freeStorage"].map(
            (key) => `thresholds.${key}`,
          ),
        ],
      );
    });
  });
});
