import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { task } from "../../../../components/aws/task";
import type { TaskDeployment, TaskSpec } from "../../../../components/specs";
import { valueOf } from "../../../support/mocks";
import { DIGEST, REF, containersOf, statementsOf } from "./services";
import { openAws } from "./support";

const migration = (id: string, contracting = false) => ({ id, contracting, down: false });

async function migrate(args: Partial<TaskSpec> = {}) {
  let deployment: TaskDeployment | undefined;
  const { seen } = await openAws(
    {},
    {
      use: (context) => {
        const parent = new pulumi.ComponentResource("landfall:index:MigrationJob", "migrate");
        deployment = task(context, parent, {
          name: "migrate",
          image: { kind: "reference", name: "migrate", ref: REF },
          command: ["node", "migrate.js"],
          env: { LEVEL: "info" },
          secrets: { TOKEN: "secret-token" },
          links: [],
          memoryMb: 512,
          timeoutMs: 600_000,
          runKey: "0003",
          ...args,
        });
      },
    },
  );
  assert.ok(deployment);
  return { seen, deployment };
}

const SCHEMA = {
  tool: "sql",
  head: "0002",
  chain: [migration("0001"), migration("0002", true)],
  beyond: [] as string[],
  database: undefined,
} as const;

describe("a one-off task on AWS", function () {
  this.timeout(120_000);

  it("has a definition of its own, in the private subnets, and is found again by its name", async () => {
    const { seen, deployment } = await migrate();
    const run = seen.named("migrate-run").inputs;
    assert.match(String(run["taskDefinition"]), /^arn:aws:ecs:/);
    assert.deepEqual(run["subnets"], ["shop-private-a-id", "shop-private-c-id"]);
    assert.match(String(run["startedBy"]), /^landfall-[0-9a-f]{16}$/);
    assert.equal(run["timeoutSeconds"], 600);
    const { migrate: own } = containersOf(seen, "migrate");
    assert.deepEqual(own?.["command"], ["node", "migrate.js"]);
    assert.deepEqual(own["portMappings"], undefined);
    assert.equal(await valueOf(deployment.image), DIGEST);
  });

  it("knows its secrets only to keep them out of what it tells", async () => {
    const { seen } = await migrate();
    assert.ok(seen.named("migrate-run").secrets.includes("secrets"));
    const definition = JSON.stringify(seen.named("migrate-definition").inputs);
    assert.ok(!definition.includes("secret-token"));
  });

  it("may do nothing by itself", async () => {
    const { seen } = await migrate();
    const policies = seen.ofType("aws:iam/rolePolicy:RolePolicy");
    const own = policies.filter(({ name }) => name.startsWith("migrate-"));
    assert.deepEqual(
      own.flatMap(statementsOf).map(({ Sid }) => Sid),
      ["ReadParameters", "DecryptSecrets", "WriteLogs"],
    );
  });

  it("runs again for another image, command or key, and for nothing else", async () => {
    const revisionOf = async (args: Partial<TaskSpec>) =>
      (await migrate(args)).seen.named("migrate-run").inputs["revision"];
    const before = await revisionOf({});
    assert.equal(await revisionOf({ timeoutMs: 1000 }), before);
    const others = [
      await revisionOf({ runKey: "0004" }),
      await revisionOf({ command: ["node", "other.js"] }),
      await revisionOf({ image: { kind: "reference", name: "migrate", ref: "app:2" } }),
    ];
    assert.equal(new Set([before, ...others]).size, 4);
  });

  it("has nothing to run for a release whose migrations were all applied before", async () => {
    const { seen } = await migrate({ schema: { ...SCHEMA, beyond: ["0003"] } });
    assert.match(
      String(seen.named("migrate-run").inputs["nothing"]),
      /^nothing was run: this release's migrations, up to 0002, .* \(0003\)$/,
    );
    const first = await migrate({ schema: SCHEMA });
    assert.equal(first.seen.named("migrate-run").inputs["nothing"], undefined);
  });

  it("knows the schema that it migrates, and the instance of which a snapshot is taken first", async () => {
    const rds = { instance: pulumi.output("shop-test-db"), masterSecretArn: "arn:aws:x" };
    const database = { component: "db", name: "app", role: "app", server: undefined, rds };
    const schemaOf = async (args: Partial<TaskSpec>) =>
      (await migrate(args)).seen.named("migrate-run").inputs["schema"];
    assert.deepEqual(await schemaOf({ schema: { ...SCHEMA, database }, backups: "somewhere" }), {
      ...{ job: "migrate", tool: "sql", head: "0002", chain: SCHEMA.chain, backups: true },
      database: { component: "db", name: "app", role: "app", server: "shop-test-db" },
    });
    const unwanted = await schemaOf({ schema: { ...SCHEMA, database } });
    assert.equal((unwanted as { backups: boolean }).backups, false);
    assert.equal(await schemaOf({}), undefined);
  });

  it("is refused where Fargate has no place for it", async () => {
    await assert.rejects(migrate({ memoryMb: 200 * 1024 }), /memory: must be at most 120GB/);
    const image = { kind: "reference", name: "migrate", ref: DIGEST } as const;
    await assert.rejects(migrate({ image }), /image\.ref: must name a registry's image/);
  });
});
