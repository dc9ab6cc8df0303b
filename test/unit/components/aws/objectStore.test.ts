import assert from "node:assert/strict";
import * as path from "node:path";
import type { ObjectStoreArgs } from "../../../../components";
import { ApiService, Environment, ObjectStore } from "../../../../components";
import { mockEngine, valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { onAws } from "./onAws";
import type { Statement } from "./services";
import { containersOf, REF, statementsOf } from "./services";
import { mistakesOf } from "./storeSpecs";

const STACKS: Readonly<Record<string, Omit<ObjectStoreArgs, "environment">>> = {
  staging: {},
  production: { expireDays: 365, aws: { cdn: true } },
};

describe("an object store on AWS", () => {
  for (const [stack, args] of Object.entries(STACKS))
    it(`is for ${stack} what its snapshot shows`, async () => {
      const seen = await onAws(
        (environment) => new ObjectStore("uploads", { environment, ...args }),
        { stack },
      );
      const file = path.join(__dirname, "snapshots", `objectStore.${stack}.yaml`);
      matchesSnapshot(seen.only("uploads"), file);
    });

  it("gives a consumer the bucket's name, and the right to its objects and their list alone", async () => {
    const seen = await onAws((environment) => {
      const uploads = new ObjectStore("user-uploads", { environment });
      new ApiService("api", { environment, image: { ref: REF }, links: [uploads] });
    });
    const bucket = "rainbow-staging-user-uploads-0000000";
    const { environment } = containersOf(seen)["api"] ?? {};
    const given = environment?.filter(({ name }) => name.startsWith("OBJECT_STORE"));
    assert.deepEqual(given, [
      { name: "OBJECT_STORE_BUCKET", value: bucket },
      { name: "OBJECT_STORE_ENDPOINT", value: "https://s3.ap-northeast-1.amazonaws.com" },
      { name: "OBJECT_STORE_REGION", value: "ap-northeast-1" },
    ]);
    const all = statementsOf(seen.named("api-task-policy"));
    assert.deepEqual(
      all.map(({ Sid, Action, Resource }) => [Sid, Action, Resource]),
      [
        [
          "LinkUserUploads1",
          ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          [`arn:aws:s3:::${bucket}/*`],
        ],
        ["LinkUserUploads2", ["s3:ListBucket"], [`arn:aws:s3:::${bucket}`]],
        [
          "LinkUserUploads3",
          ["kms:Decrypt", "kms:GenerateDataKey"],
          ["arn:aws:kms:ap-northeast-1:123456789012:key/shop-key-0000000"],
        ],
      ],
    );
    assert.match(JSON.stringify(all[2]), /"kms:ViaService":"s3.ap-northeast-1.amazonaws.com"/);
  });

  it("is private, takes TLS alone, and keeps old versions for their days", async () => {
    const seen = await onAws((environment) => {
      new ObjectStore("uploads", { environment, keepVersionsDays: 5, expireDays: 10 });
    });
    const { bucket: _, ...blocked } = seen.named("uploads-access").inputs;
    assert.ok(Object.values(blocked).every((value) => value === true));
    const [statement] = statementsOf(seen.named("uploads-policy")) as (Statement & {
      Effect: string;
      Condition: unknown;
    })[];
    assert.deepEqual(
      [statement?.Effect, statement?.Condition],
      ["Deny", { Bool: { "aws:SecureTransport": "false" } }],
    );
    const rules = JSON.stringify(seen.named("uploads-lifecycle").inputs["rules"]);
    assert.match(rules, /"noncurrentDays":5/);
    assert.match(rules, /"expiration":\{"days":10\}/);
  });

  it("is read by everybody through CloudFront alone, where that is asked", async () => {
    let store: ObjectStore | undefined;
    const seen = await onAws((environment) => {
      store = new ObjectStore("assets", { environment, aws: { cdn: true } });
    });
    assert.ok(store?.publicUrl);
    assert.equal(await valueOf(store.publicUrl), "https://d111111abcdef8.cloudfront.net");
    const [, reading] = statementsOf(seen.named("assets-policy"));
    assert.deepEqual([reading?.Sid, reading?.Action], ["ReadThroughCloudFront", "s3:GetObject"]);
    assert.match(JSON.stringify(reading), /"AWS:SourceArn":"arn:aws:cloudfront:/);
    const { signingBehavior } = seen.named("assets-access-control").inputs;
    assert.equal(signingBehavior, "always");
  });

  it("can be destroyed with what it holds only where nothing protects it", async () => {
    const seen = await onAws((environment) => {
      new ObjectStore("kept", { environment });
      new ObjectStore("scratch", { environment, deletionProtection: false });
    });
    const buckets = seen.only("kept", "scratch").ofType("aws:s3/bucket:Bucket");
    assert.deepEqual(
      buckets.map(({ name, inputs }) => [name, inputs["forceDestroy"]]),
      [
        ["kept", false],
        ["scratch", true],
      ],
    );
  });

  it("is refused with days that are none", async () => {
    const seen = await onAws((environment) => {
      const wrong = { environment, keepVersionsDays: 0, expireDays: 1.5 };
      const mistakes = mistakesOf(() => new ObjectStore("uploads", wrong));
      assert.deepEqual(mistakes, [
        "keepVersionsDays: must be a whole number of days from 1 to 36500, got 0",
        "expireDays: must be a whole number of days from 1 to 36500, got 1.5",
      ]);
    });
    assert.deepEqual(seen.only("uploads").all, []);
  });
});

describe("an object store on a platform without one", () => {
  it("is refused by name, before anything of it is made", async () => {
    const seen = await mockEngine();
    const environment = new Environment("shop");
    assert.deepEqual(
      mistakesOf(() => new ObjectStore("uploads", { environment })),
      ["environment: must be of a platform with object store: docker has none"],
    );
    await seen.settled();
    assert.deepEqual(seen.only("uploads").all, []);
  });
});
