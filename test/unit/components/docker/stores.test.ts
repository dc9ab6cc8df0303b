import assert from "node:assert/strict";
import { Environment, ManagedPostgres, MigrationJob, RedisCache } from "../../../../components";
import { postgresSettings } from "../../../../components/postgresSettings";
import type { Registrations } from "../../../support/mocks";
import { mockEngine, valueOf } from "../../../support/mocks";

describe("databases, caches and tasks on Docker", () => {
  let seen: Registrations;
  let environment: Environment;

  beforeEach(async () => {
    seen = await mockEngine();
    environment = new Environment("shop");
  });

  it("run Postgres over a volume, with tuned settings and a role that is no superuser", async () => {
    const db = new ManagedPostgres("db", { environment, database: "shop", user: "shop" });
    await seen.settled();
    const { inputs } = seen.named("db-server");
    assert.deepEqual(inputs["volumes"], [
      { volumeName: "shop-test-db-data", containerPath: "/var/lib/postgresql/data" },
    ]);
    assert.ok((inputs["command"] as string[]).includes("shared_buffers=128MB"));
    assert.deepEqual(inputs["envs"], [
      "LANDFALL_DATABASE=shop",
      "LANDFALL_PASSWORD=generated-for-db-password",
      "LANDFALL_ROLE=shop",
      "POSTGRES_PASSWORD=generated-for-db-superuser-password",
    ]);
    assert.deepEqual(seen.named("db-server").secrets, ["envs"]);
    assert.equal(
      await valueOf(db.connectionString),
      "postgresql://shop:generated-for-db-password@db:5432/shop",
    );
  });

  it("keep passwords out of command lines", async () => {
    new ManagedPostgres("db", { environment });
    new RedisCache("cache", { environment });
    await seen.settled();
    for (const name of ["db-server", "cache-server"]) {
      const { command, entrypoints } = seen.named(name).inputs;
      assert.doesNotMatch(JSON.stringify([command, entrypoints]), /generated-for/);
    }
  });

  it("save Redis at the asked points, and nothing when none is asked", async () => {
    new RedisCache("cache", { environment, maxMemory: "1GB", evictionPolicy: "volatile-ttl" });
    new RedisCache("scratch", { environment, savePoints: [] });
    await seen.settled();
    const configOf = (name: string) =>
      (seen.named(name).inputs["uploads"] as { content: string }[])[0]?.content ?? "";
    assert.match(configOf("cache-server"), /maxmemory 1024mb\nmaxmemory-policy volatile-ttl/);
    assert.match(configOf("cache-server"), /save 900 1\nsave 300 10\nsave 60 10000\n/);
    assert.match(configOf("scratch-server"), /save ""\n/);
    assert.equal(seen.named("cache-server").inputs["memory"], 1280);
  });

  it("wait for the database before a migration, which is given its URL as a secret", async () => {
    const db = new ManagedPostgres("db", { environment });
    new MigrationJob("migrate", {
      environment,
      image: { ref: "shop/api:1" },
      command: ["node", "migrate.js"],
      head: "0002_more",
      links: [db],
    });
    await seen.settled();
    const names = seen.all.map(({ name }) => name);
    assert.ok(names.indexOf("db-ready") < names.indexOf("migrate-task"));
    const { inputs } = seen.named("migrate-task");
    assert.deepEqual(inputs["secretEnv"], ["DATABASE_URL"]);
    assert.deepEqual(inputs["networks"], ["shop-test", "shop-test-db"]);
    assert.equal(inputs["timeoutSeconds"], 600);
  });

  it("run a migration again for another image or head, and else not", async () => {
    const revisionOf = async (ref: string, head: string) => {
      seen = await mockEngine();
      environment = new Environment("shop");
      new MigrationJob("migrate", { environment, image: { ref }, command: ["m"], head });
      await seen.settled();
      return seen.named("migrate-task").inputs["revision"];
    };
    const first = await revisionOf("shop/api:1", "0001");
    assert.equal(await revisionOf("shop/api:1", "0001"), first);
    assert.notEqual(await revisionOf("shop/api:2", "0001"), first);
    assert.notEqual(await revisionOf("shop/api:1", "0002"), first);
  });

  it("tune Postgres so that all connections together stay within its memory", () => {
    for (const memory of [128, 256, 512, 1024, 16_384, 131_072])
      for (const connections of [5, 100, 1000]) {
        const settings = postgresSettings(memory, connections);
        const mb = (name: string) => parseInt(settings[name] ?? "", 10);
        assert.ok(mb("shared_buffers") <= memory / 4 + 32, `${memory} ${connections}`);
        assert.ok(mb("effective_cache_size") <= memory);
        const worst = mb("shared_buffers") + (mb("work_mem") - 1) * connections;
        assert.ok(worst <= memory, `${memory} ${connections}: ${worst}`);
      }
  });
});
