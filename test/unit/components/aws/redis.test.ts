import assert from "node:assert/strict";
import * as path from "node:path";
import type { RedisCacheArgs } from "../../../../components";
import { RedisCache } from "../../../../components";
import { authToken, checkedRedis } from "../../../../components/aws/redisChecks";
import type { RedisSpec } from "../../../../components/specs";
import type { Registrations } from "../../../support/mocks";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { onAws } from "./onAws";
import { mistakesOf, redisSpec } from "./storeSpecs";

type Args = Omit<RedisCacheArgs, "environment">;

const STACKS: Readonly<Record<string, Args>> = {
  staging: { maxMemory: "512MB" },
  production: { maxMemory: "2GB", aws: { shards: 2, replicas: 1 } },
};

async function cache(args: Args = {}): Promise<{ seen: Registrations; made: RedisCache }> {
  let made: RedisCache | undefined;
  const seen = await onAws((environment) => {
    made = new RedisCache("cache", { environment, ...args });
  });
  assert.ok(made);
  return { seen, made };
}

const nodesOf = ({ seen }: { seen: Registrations }) => seen.named("cache-nodes").inputs;

describe("a cache on AWS", () => {
  for (const [stack, args] of Object.entries(STACKS))
    it(`is for ${stack} what its snapshot shows`, async () => {
      const seen = await onAws((environment) => new RedisCache("cache", { environment, ...args }), {
        stack,
      });
      matchesSnapshot(
        seen.only("cache-"),
        path.join(__dirname, "snapshots", `redis.${stack}.yaml`),
      );
    });

  it("is encrypted on its way and at rest, and wants a token", async () => {
    const { seen } = await cache();
    const inputs = nodesOf({ seen });
    assert.equal(inputs["transitEncryptionMode"], "required");
    assert.equal(inputs["atRestEncryptionEnabled"], true);
    assert.match(String(inputs["kmsKeyId"]), /shop-key/);
    assert.equal(inputs["authToken"], "generated-for-cache-password");
    assert.ok(seen.named("cache-nodes").secrets.includes("authToken"));
  });

  it("is one node without failover, unless it has replicas, which are in other zones", async () => {
    const alone = nodesOf(await cache());
    assert.deepEqual(
      [alone["numCacheClusters"], alone["automaticFailoverEnabled"], alone["multiAzEnabled"]],
      [1, false, false],
    );
    const kept = nodesOf(await cache({ aws: { replicas: 2 } }));
    assert.deepEqual(
      [kept["numCacheClusters"], kept["automaticFailoverEnabled"], kept["multiAzEnabled"]],
      [3, true, true],
    );
  });

  it("tells consumers of cluster mode, and only then", async () => {
    const { made, seen } = await cache({ aws: { shards: 2, replicas: 1 } });
    assert.deepEqual(made.link.env, { REDIS_MODE: "cluster" });
    assert.match(await valueOf(made.connectionString), /^rediss:\/\/:.*@clustercfg\..*:6379\/0$/);
    const inputs = nodesOf({ seen });
    assert.deepEqual(
      [inputs["numNodeGroups"], inputs["replicasPerNodeGroup"], inputs["numCacheClusters"]],
      [2, 1, undefined],
    );
    const single = (await cache()).made;
    assert.deepEqual(single.link.env, {});
    assert.match(await valueOf(single.connectionString), /^rediss:\/\/:.*@master\./);
  });

  it("evicts as it is told", async () => {
    const { seen } = await cache({ evictionPolicy: "noeviction" });
    assert.deepEqual(seen.named("cache-parameters").inputs["parameters"], [
      { name: "maxmemory-policy", value: "noeviction" },
      { name: "cluster-enabled", value: "no" },
    ]);
  });

  it("is copied every day where it is saved at all", async () => {
    assert.equal(nodesOf(await cache())["snapshotRetentionLimit"], 1);
    assert.equal(nodesOf(await cache({ savePoints: [] }))["snapshotRetentionLimit"], 0);
  });

  it("keeps the former token valid while consumers are replaced", async () => {
    assert.equal(nodesOf(await cache())["authTokenUpdateStrategy"], "ROTATE");
  });

  it("lets nobody in by itself", async () => {
    const { seen, made } = await cache();
    const { ingress, egress } = seen.named("cache-group").inputs;
    assert.deepEqual([ingress, egress], [undefined, undefined]);
    assert.deepEqual(
      made.link.permission.ingress?.map(({ port }) => port),
      [6379],
    );
  });

  for (const [args, wanted] of [
    [{}, "cache.t3.micro"],
    [{ maxMemoryMb: 512 }, "cache.t3.micro"],
    [{ maxMemoryMb: 1024 }, "cache.t3.small"],
    [{ maxMemoryMb: 10_240 }, "cache.r6g.large"],
    [{ aws: { shards: 2 } }, "cache.t3.small"],
    [{ aws: { nodeType: "cache.m7g.large" } }, "cache.m7g.large"],
  ] as const satisfies readonly (readonly [Partial<RedisSpec>, string])[])
    it(`of ${JSON.stringify(args)} is on ${wanted}`, () => {
      assert.equal(checkedRedis(redisSpec(args)).nodeType, wanted);
    });

  describe("is refused", () => {
    const WRONG: readonly (readonly [Partial<RedisSpec>, RegExp])[] = [
      [
        { aws: { nodeType: "cache.t3.micro", shards: 2 } },
        /^aws.nodeType: must be cache.t3.small or larger in cluster mode .*"cache.t3.micro"/,
      ],
      [{ aws: { nodeType: "t3.micro" } }, /^aws.nodeType: must be a node type/],
      [{ aws: { shards: 0 } }, /^aws.shards: .* from 1 to 90/],
      [{ aws: { shards: 50, replicas: 1 } }, /^aws.shards: must come to at most 90 nodes/],
      [{ aws: { replicas: 6 } }, /^aws.replicas: .* from 0 to 5, got 6/],
      [{ maxMemoryMb: 500 * 1024 }, /^maxMemory: must be at most 419GB/],
      [{ image: "redis:7" }, /^image: must not be given on AWS/],
    ];
    for (const [args, rule] of WRONG)
      it(`with ${JSON.stringify(args)}`, () => {
        const mistakes = mistakesOf(() => checkedRedis(redisSpec(args)));
        assert.equal(mistakes.length, 1, mistakes.join("\n"));
        assert.match(mistakes[0] ?? "", rule);
      });

    it("with a token that AWS would not take, which is not shown", () => {
      for (const password of ["too-short", "x".repeat(129), "sixteen letters /@", ""])
        assert.throws(() => authToken("cache", password), {
          message: /password: must have 16 to 128 letters/,
        });
      assert.throws(
        () => authToken("cache", "hidden"),
        (error: Error) => !error.message.includes("hidden"),
      );
      assert.equal(authToken("cache", "a".repeat(16)), "a".repeat(16));
    });
  });
});
