import assert from "node:assert/strict";
import { Alarms, ApiService, Backups, Environment, ManagedPostgres } from "../../../../components";
import type { Registrations } from "../../../support/mocks";
import { mockEngine, valueOf } from "../../../support/mocks";

describe("what watches over data on Docker", () => {
  let seen: Registrations;
  let environment: Environment;

  beforeEach(async () => {
    seen = await mockEngine();
    environment = new Environment("shop");
  });

  it("is for alarms no resource, but thresholds in the stack's output", async () => {
    const api = new ApiService("api", { environment, image: { ref: "shop/api:1" } });
    const database = new ManagedPostgres("db", { environment });
    const args = { environment, services: [api], databases: [database] };
    const alarms = new Alarms("alarms", { ...args, thresholds: { cpuPercent: 60 } });
    await seen.settled();
    assert.deepEqual(
      seen.only("alarms").all.map(({ type }) => type),
      ["landfall:index:Alarms"],
    );
    const { thresholds, watched, cloudwatch } = await valueOf(alarms.status);
    assert.deepEqual([thresholds.cpuPercent, cloudwatch], [60, undefined]);
    assert.deepEqual(
      watched.map(({ component, what, metric }) => `${component} ${metric}: ${what}`),
      [
        "api cpu: CPU above 60 %",
        "api memory: memory above 80 %",
        "api errors: answers of 5xx above 1 %",
        "api p95: p95 above 1000 ms",
        "db cpu: CPU above 60 %",
        "db memory: memory above 80 %",
        "db connections: more than 80 connections",
        "db storage: less than 2048 MB of disk left",
      ],
    );
  });

  it("is for backups a container beside the database, with a volume of its own", async () => {
    const database = new ManagedPostgres("db", { environment, version: "16" });
    const backups = new Backups("backups", { environment, database });
    await seen.settled();
    const { inputs, secrets } = seen.named("backups-scheduler");
    assert.deepEqual(inputs["volumes"], [
      { volumeName: "shop-test-backups-dumps", containerPath: "/var/lib/postgresql/data" },
    ]);
    assert.deepEqual(inputs["networksAdvanced"], [{ name: "shop-test-db" }]);
    assert.equal(inputs["user"], "postgres");
    assert.deepEqual(inputs["envs"], [
      "DRILL_AT=05:30",
      "DRILL_DAY=sun",
      "DUMP_AT=02:00",
      "KEEP_DAYS=7",
      "PGDATABASE=app",
      "PGHOST=db",
      "PGPASSWORD=generated-for-db-password",
      "PGPORT=5432",
      "PGUSER=app",
    ]);
    assert.deepEqual(secrets, ["envs"]);
    assert.deepEqual(await valueOf(backups.status), {
      database: "db",
      keepDays: 7,
      docker: { volume: "shop-test-backups-dumps", container: "shop-test-backups" },
    });
  });
});
