import assert from "node:assert/strict";
import * as path from "node:path";
import type { ManagedPostgresArgs } from "../../../../components";
import { ManagedPostgres } from "../../../../components";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import { checkedPostgres } from "../../../../components/aws/postgresChecks";
import type { PostgresSpec } from "../../../../components/specs";
import type { Registrations } from "../../../support/mocks";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { onAws } from "./onAws";
import { containersOf, statementsOf } from "./services";
import { mistakesOf, postgresSpec } from "./storeSpecs";
import { shared } from "./support";

type Args = Omit<ManagedPostgresArgs, "environment">;

const STACKS: Readonly<Record<string, Args>> = {
  staging: { version: "14", database: "rainbow", user: "rainbow", memory: "1GB" },
  production: {
    version: "14",
    database: "rainbow",
    user: "rainbow",
    memory: "16GB",
    aws: { multiAz: true },
  },
};

const database = shared(async function (
  args: Args = {},
  aws: AwsEnvironmentArgs = {},
): Promise<{ seen: Registrations; db: ManagedPostgres }> {
  let db: ManagedPostgres | undefined;
  const seen = await onAws(
    (environment) => {
      db = new ManagedPostgres("db", { environment, ...args });
    },
    { aws },
  );
  assert.ok(db);
  return { seen, db };
});

const instanceOf = ({ seen }: { seen: Registrations }) => seen.named("db-instance").inputs;
const parametersOf = ({ seen }: { seen: Registrations }) =>
  seen.named("db-parameters").inputs["parameters"] as Record<string, string>[];

describe("a database on AWS", () => {
  for (const [stack, args] of Object.entries(STACKS))
    it(`is for ${stack} what its snapshot shows`, async () => {
      const seen = await onAws(
        (environment) => new ManagedPostgres("db", { environment, ...args }),
        { stack },
      );
      const file = path.join(__dirname, "snapshots", `postgres.${stack}.yaml`);
      matchesSnapshot(seen.only("db-"), file);
    });

  it("has the document's storage, backups, maintenance and last snapshot", async () => {
    const inputs = instanceOf(await database());
    const { allocatedStorage, maxAllocatedStorage, storageEncrypted, kmsKeyId } = inputs;
    assert.deepEqual([allocatedStorage, maxAllocatedStorage, storageEncrypted], [20, 100, true]);
    assert.match(String(kmsKeyId), /shop-key/);
    const { backupRetentionPeriod, backupWindow, maintenanceWindow } = inputs;
    assert.deepEqual(
      [backupRetentionPeriod, backupWindow, maintenanceWindow],
      [7, "03:00-04:00", "sun:04:00-sun:05:00"],
    );
    assert.equal(inputs["skipFinalSnapshot"], false);
    assert.equal(inputs["finalSnapshotIdentifier"], "rainbow-staging-db-final-abc123");
  });

  it("is on gp3, which the document has not yet", async () => {
    assert.equal(instanceOf(await database())["storageType"], "gp3");
  });

  for (const [memoryMb, wanted] of [
    [512, "db.t3.micro"],
    [1024, "db.t3.micro"],
    [1025, "db.t3.small"],
    [5 * 1024, "db.t3.large"],
    [16 * 1024, "db.r5.large"],
    [768 * 1024, "db.r5.24xlarge"],
  ] as const)
    it(`of ${memoryMb} MiB is a ${wanted}`, () => {
      assert.equal(checkedPostgres(postgresSpec({ memoryMb })).instanceClass, wanted);
    });

  it("is of the class that is named, whatever its memory", () => {
    const spec = postgresSpec({ memoryMb: 16384, aws: { instanceClass: "db.m7g.large" } });
    assert.equal(checkedPostgres(spec).instanceClass, "db.m7g.large");
  });

  it("has a standby in another zone only when it is asked for", async () => {
    assert.equal(instanceOf(await database())["multiAz"], false);
    assert.equal(instanceOf(await database({ aws: { multiAz: true } }))["multiAz"], true);
  });

  it("is protected against deletion, unless it says no", async () => {
    const seen = await onAws((environment) => {
      new ManagedPostgres("db", { environment });
      new ManagedPostgres("scratch", { environment, deletionProtection: false });
    });
    const [kept, scratch] = ["db-instance", "scratch-instance"].map(
      (name) => seen.named(name).inputs,
    );
    assert.deepEqual(
      [kept?.["deletionProtection"], kept?.["deleteAutomatedBackups"]],
      [true, false],
    );
    assert.deepEqual(
      [scratch?.["deletionProtection"], scratch?.["deleteAutomatedBackups"]],
      [false, true],
    );
  });

  it("is not protected in an environment that is not", async () => {
    const { deletionProtection } = instanceOf(await database({}, { deletionProtection: false }));
    assert.equal(deletionProtection, false);
  });

  it("takes TLS alone, and says so in the URL that consumers get", async () => {
    const made = await database({ user: "shop", database: "orders" });
    assert.deepEqual(parametersOf(made), [
      { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
    ]);
    assert.equal(
      await valueOf(made.db.connectionString),
      "postgresql://shop:generated-for-db-password@rainbow-staging-db.abc123.ap-northeast-1.rds.amazonaws.com:5432/orders?sslmode=require",
    );
  });

  it("has the user's settings, and none that were tuned for a container", async () => {
    const made = await database({
      memory: "16GB",
      maxConnections: 200,
      settings: { log_min_duration_statement: "500", shared_preload_libraries: "pg_cron" },
    });
    assert.deepEqual(parametersOf(made).slice(1), [
      { name: "max_connections", value: "200", applyMethod: "pending-reboot" },
      { name: "log_min_duration_statement", value: "500", applyMethod: "immediate" },
      { name: "shared_preload_libraries", value: "pg_cron", applyMethod: "pending-reboot" },
    ]);
  });

  it("is reached by nobody but the task that makes its role, and those that the deployer starts", async () => {
    const { seen } = await database();
    const { ingress, egress } = seen.named("db-group").inputs;
    assert.deepEqual([ingress, egress], [undefined, undefined]);
    const rules = seen
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs["securityGroupId"] === "db-group-id");
    assert.deepEqual(
      rules.map(({ inputs }) => [inputs["referencedSecurityGroupId"], inputs["fromPort"]]),
      [
        ["db-role-group-id", 5432],
        ["db-tools-group-id", 5432],
      ],
    );
    assert.equal(instanceOf({ seen })["publiclyAccessible"], false);
  });

  it("has a master user whose password only RDS and its secret know", async () => {
    const inputs = instanceOf(await database());
    assert.equal(inputs["manageMasterUserPassword"], true);
    assert.match(String(inputs["masterUserSecretKmsKeyId"]), /shop-key/);
    assert.equal(inputs["password"], undefined);
  });

  it("writes its logs to groups that are the stack's: encrypted, and not for ever", async () => {
    const { seen } = await database({}, { logRetentionDays: 90 });
    for (const log of ["postgresql", "upgrade"]) {
      const { name, kmsKeyId, retentionInDays } = seen.named(`db-${log}`).inputs;
      assert.equal(name, `/aws/rds/instance/rainbow-staging-db/${log}`);
      assert.equal(retentionInDays, 90);
      assert.match(String(kmsKeyId), /shop-key/);
    }
    const policy = String(seen.named("shop-key").inputs["policy"]);
    assert.match(policy, /log-group:\/aws\/rds\/instance\/rainbow-staging-\*/);
  });

  it("tells the deployer which instance it is, and where its master's secret is", async () => {
    const { db } = await database();
    const { rds, server } = db.link.database ?? {};
    assert.equal(server, undefined);
    assert.equal(await valueOf(rds?.instance), "rainbow-staging-db");
    assert.match(String(await valueOf(rds?.masterSecretArn)), /secret:rds!db-/);
  });

  it("tells the deployer what its tasks on it run as: a client that is the master user, and knows no other password", async () => {
    const { seen, db } = await database({ user: "shop", database: "orders" });
    const status = await valueOf(db.status);
    assert.ok(status);
    const { tools, ...where } = status;
    assert.deepEqual(where, {
      region: "ap-northeast-1",
      instance: "rainbow-staging-db",
      role: "shop",
    });
    assert.equal(tools.container, "db-tools");
    assert.equal(tools.subnets.length, 2);
    assert.deepEqual(tools.securityGroups, ["db-tools-group-id"]);
    assert.match(tools.taskDefinition, /db-tools/);
    const container = containersOf(seen, "db-tools")["db-tools"];
    assert.deepEqual(
      container?.secrets?.map(({ name }) => name),
      ["PGPASSWORD"],
    );
    const env = Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      [env["PGUSER"], env["PGDATABASE"], env["PGSSLMODE"]],
      ["postgres", "orders", "require"],
    );
    // Nobody runs it but the deployer.
    assert.ok(!seen.names().includes("db-tools-run"));
  });

  describe("has a role of its own for services,", () => {
    it("which a task makes sure of before anything that links to the database starts", async () => {
      const { seen, db } = await database();
      assert.deepEqual(
        db.link.ready.map((each) => (each as unknown as { __name: string }).__name),
        ["db-role-run"],
      );
      const container = containersOf(seen, "db-role")["db-role"];
      assert.ok(container);
      const { image, secrets } = container;
      // A copy in the stack's own registry, by digest.
      assert.match(
        image,
        /^123456789012\.dkr\.ecr\.ap-northeast-1\.amazonaws\.com\/rainbow-staging\/postgres-15@sha256:[0-9a-f]{64}$/,
      );
      assert.deepEqual(
        secrets?.map(({ name }) => name),
        ["LANDFALL_PASSWORD", "PGPASSWORD"],
      );
      assert.match(secrets[1]?.valueFrom ?? "", /secret:rds!db-.*:password::$/);
      assert.match(JSON.stringify(container["command"]), /CREATE ROLE %I LOGIN/);
    });

    it("with neither password in the task's definition", async () => {
      const { seen } = await database();
      const text = JSON.stringify(seen.named("db-role-definition").inputs);
      assert.doesNotMatch(text, /generated-for/);
    });

    it("by an execution role that may read those two secrets and no other", async () => {
      const { seen } = await database();
      const all = statementsOf(seen.named("db-role-execution-policy"));
      const reading = all.filter(({ Sid }) => Sid.startsWith("Read"));
      assert.deepEqual(
        reading.map(({ Action, Resource }) => [Action, Resource.length]),
        [
          [["ssm:GetParameters"], 1],
          [["secretsmanager:GetSecretValue"], 1],
        ],
      );
      assert.ok(reading.every(({ Resource }) => !JSON.stringify(Resource).includes("*")));
    });

    it("and again when its name changes", async () => {
      const seen = await onAws((environment) => {
        for (const [name, user] of [
          ["db", "one"],
          ["db-again", "one"],
          ["db-other", "two"],
        ] as const)
          new ManagedPostgres(name, { environment, user });
      });
      const [first, again, other] = ["db", "db-again", "db-other"].map(
        (name) => seen.named(`${name}-role-run`).inputs["revision"],
      );
      assert.equal(again, first);
      assert.notEqual(other, first);
    });
  });

  describe("is refused", () => {
    const WRONG: readonly (readonly [Partial<PostgresSpec>, RegExp])[] = [
      [{ memoryMb: 1000 * 1024 }, /^memory: must be at most 768GB, which is db.r5.24xlarge/],
      [{ aws: { instanceClass: "t3.micro" } }, /^aws.instanceClass: .*"t3.micro"/],
      [{ aws: { storage: { initial: 10, max: 100 } } }, /^aws.storage.initial: .* from 20/],
      [{ aws: { storage: { initial: 50, max: 50 } } }, /^aws.storage.max: must be a tenth more/],
      [{ aws: { storage: { initial: 20, max: 1e6 } } }, /^aws.storage.max: .*65536/],
      [{ aws: { backupDays: 0 } }, /^aws.backupDays: .* from 1 to 35, got 0/],
      [{ aws: { backupWindow: "3-4" } }, /^aws.backupWindow: .*"03:00-04:00", got "3-4"/],
      [{ aws: { backupWindow: "03:00-03:10" } }, /^aws.backupWindow: .*half an hour/],
      [{ aws: { maintenanceWindow: "04:00-05:00" } }, /^aws.maintenanceWindow: /],
      [
        { aws: { maintenanceWindow: "sun:03:30-sun:04:30" } },
        /^aws.maintenanceWindow: must not meet the daily 03:00-04:00/,
      ],
      [
        { aws: { backupWindow: "23:30-00:30", maintenanceWindow: "mon:00:00-mon:01:00" } },
        /^aws.maintenanceWindow: must not meet/,
      ],
      [{ user: "rdsadmin" }, /^user: must not begin with rds or pg_/],
      [{ database: "template1" }, /^database: must not be one of RDS's own/],
      [{ settings: { "rds.force_ssl": "0" } }, /^settings.rds.force_ssl: must be 1/],
      [{ settings: { work_mem: "16MB" } }, /^settings.work_mem: .*setting's own unit/],
      [{ settings: { max_connections: "5" } }, /^settings.max_connections: .*maxConnections/],
      [{ settings: { port: "1" } }, /^settings.port: is RDS's own/],
    ];
    for (const [args, rule] of WRONG)
      it(`with ${JSON.stringify(args)}`, () => {
        const mistakes = mistakesOf(() => checkedPostgres(postgresSpec(args)));
        assert.equal(mistakes.length, 1, mistakes.join("\n"));
        assert.match(mistakes[0] ?? "", rule);
      });

    it("for all that is wrong at once, before anything of it is made", async () => {
      const wrong = { backupDays: 99, storage: { initial: 1, max: 1 }, backupWindow: "never" };
      const seen = await onAws((environment) => {
        const mistakes = mistakesOf(
          () => new ManagedPostgres("db", { environment, user: "rds", aws: wrong }),
        );
        assert.equal(mistakes.length, 5, mistakes.join("\n"));
      });
      assert.deepEqual(
        seen.only("db").all.filter(({ type }) => type.startsWith("aws:")),
        [],
      );
    });
  });
});
