import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../../program/settings";
import { readSettings } from "../../../program/settings";
import { mockEngine, setConfig } from "../../support/mocks";
import { configOf } from "../../support/program";

async function settingsOf(
  stack: string,
  overrides: Record<string, unknown> = {},
): Promise<Settings> {
  await mockEngine({ project: "landfall", stack });
  setConfig(configOf(stack, overrides));
  return readSettings(new pulumi.Config("landfall"));
}

describe("the program's settings", () => {
  it("are for staging the document's: one of each, db.t3.micro, one NAT gateway", async () => {
    const { api, database, cache, environment } = await settingsOf("staging");
    assert.deepEqual(api, { replicas: 1, resources: { memory: "1GB", cpu: 0.5 } });
    assert.deepEqual(database.aws, { multiAz: false, instanceClass: "db.t3.micro" });
    assert.equal(database.version, "14");
    assert.deepEqual(cache, { maxMemory: "512MB", aws: { replicas: 0 } });
    assert.equal(environment.aws?.natGateways, "single");
  });

  it("are for production the document's: three tasks and more, Multi-AZ r5.large, cluster mode", async () => {
    const { api, database, cache, environment } = await settingsOf("production");
    assert.deepEqual(api, {
      replicas: 3,
      resources: { memory: "1GB", cpu: 0.5 },
      aws: { autoscaling: { max: 9 } },
    });
    assert.deepEqual(database.aws, { multiAz: true, instanceClass: "db.r5.large" });
    assert.deepEqual(cache, { maxMemory: "2GB", aws: { shards: 2, replicas: 1 } });
    assert.equal(environment.aws?.natGateways, "perZone");
    assert.equal(environment.aws.deletionProtection, true);
  });

  for (const stack of ["staging", "production"])
    it(`publish the page of ${stack} at 443, and the API on its origin alone`, async () => {
      const { webPort, apiPorts, environment } = await settingsOf(stack);
      assert.deepEqual([webPort, apiPorts], [443, []]);
      assert.deepEqual(environment.aws?.publicPorts, [443]);
    });

  it("give the API a port of its own where config has one", async () => {
    const { apiPorts, environment } = await settingsOf("dev");
    assert.deepEqual(apiPorts, [{ port: 3000 }]);
    assert.deepEqual(environment.docker?.publicPorts, [8080, 3000]);
    const without = await settingsOf("dev", { "landfall:apiPort": 0 });
    assert.deepEqual(without.environment.docker?.publicPorts, [8080]);
  });

  it("hand a domain on whole or not at all, and half a one to be refused", async () => {
    const domainOf = async (given: Record<string, unknown>) =>
      (await settingsOf("production", given)).environment.aws?.domain;
    assert.equal(await domainOf({}), undefined);
    const name = "shop.example.com";
    assert.deepEqual(await domainOf({ "landfall:domain": name }), { name, zoneId: "" });
    assert.deepEqual(await domainOf({ "landfall:domain": name, "landfall:domainZoneId": "Z1" }), {
      name,
      zoneId: "Z1",
    });
  });

  it("hand on account, addresses and days", async () => {
    const { environment } = await settingsOf("production", {
      "landfall:awsAccountId": "123456789012",
      "landfall:alertEmails": ["ops@example.com"],
      "landfall:logRetentionDays": 365,
    });
    assert.equal(environment.aws?.accountId, "123456789012");
    assert.deepEqual(environment.aws.alertEmails, ["ops@example.com"]);
    assert.equal(environment.aws.logRetentionDays, 365);
  });
});
