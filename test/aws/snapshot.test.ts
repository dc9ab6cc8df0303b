import assert from "node:assert/strict";
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { startOperation } from "../../automation/operation";
import { aws } from "../../automation/platforms/aws";
import { systemClock } from "../../automation/clock";
import type { StackState } from "../../automation/engine/state";
import type { KnownBackup } from "../../components/migrations/status";
import { clientSettings } from "../../components/aws/dynamic/clients";
import { snapshotBefore } from "../../components/aws/dynamic/snapshot";
import type { EcsTaskSchema } from "../../components/aws/dynamic/types";
import { AwsServer } from "../support/awsServer";

const SERVER = "shop-test-db";
const database = { component: "db", name: "app", role: "app", server: SERVER };
const timing = { intervalMs: 20, snapshotMs: 2000 };

function schema(head: string, change: Partial<EcsTaskSchema> = {}): EcsTaskSchema {
  const all = [
    { id: "0001_items", contracting: false, down: false },
    { id: "0002_drop_names", contracting: true, down: false },
    { id: "0003_more", contracting: false, down: false },
  ];
  const chain = all.slice(0, all.findIndex(({ id }) => id === head) + 1);
  return { job: "migrate", tool: "sql", head, chain, database, backups: true, ...change };
}

describe("a snapshot before migrations on AWS", function () {
  this.timeout(120_000);
  let moto: AwsServer;
  let client: RDSClient;
  const former = new Map<string, string | undefined>();

  before(async () => {
    moto = await AwsServer.start();
    for (const [name, value] of Object.entries(moto.env)) {
      former.set(name, process.env[name]);
      process.env[name] = value;
    }
    client = new RDSClient(clientSettings(process.env, moto.region));
    await client.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: SERVER, DBInstanceClass: "db.t4g.micro", Engine: "postgres" },
        ...{ AllocatedStorage: 20, MasterUsername: "postgres", MasterUserPassword: "not-a-secret" },
      }),
    );
  });
  after(async () => {
    client.destroy();
    for (const [name, value] of former)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    await moto.stop();
  });

  const subject = (own: EcsTaskSchema | undefined) => ({
    ...{ name: "migrate", region: moto.region, schema: own },
  });
  const before_ = (
    now: EcsTaskSchema | undefined,
    last: EcsTaskSchema | "nothing",
    signal = new AbortController().signal,
  ): Promise<KnownBackup | undefined> =>
    snapshotBefore(subject(now), last === "nothing" ? undefined : subject(last), timing, signal);
  const ids = async (): Promise<string[]> => {
    const { DBSnapshots: all = [] } = await client.send(
      new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }),
    );
    return all.map(({ DBSnapshotIdentifier: id = "" }) => id);
  };

  it("is taken of nothing that is applied, that adds only, that is new, or that nobody wants copied", async () => {
    assert.equal(await before_(undefined, "nothing"), undefined);
    assert.equal(await before_(schema("0003_more"), schema("0002_drop_names")), undefined);
    assert.equal(await before_(schema("0001_items"), "nothing"), undefined);
    assert.equal(await before_(schema("0002_drop_names"), "nothing"), undefined);
    const unwanted = schema("0002_drop_names", { backups: false });
    assert.equal(await before_(unwanted, schema("0001_items")), undefined);
    assert.deepEqual(await ids(), []);
  });

  it("is taken once before what takes something away, and is what a rollback finds", async () => {
    const backup = await before_(schema("0003_more"), schema("0001_items"));
    assert.match(backup?.id ?? "", /^shop-test-db-before-0002-drop-names-\d{14}$/);
    assert.equal(backup?.head, "0001_items");
    // Another one, of which nobody knows the head.
    const other = { DBInstanceIdentifier: SERVER, DBSnapshotIdentifier: "by-hand" };
    await client.send(new CreateDBSnapshotCommand(other));
    const resources = [
      {
        urn: "urn:pulumi:test::shop::aws:rds/instance:Instance::db",
        type: "aws:rds/instance:Instance",
        outputs: { arn: `arn:aws:rds:${moto.region}:1:db:${SERVER}`, identifier: SERVER },
      },
    ] as unknown as StackState["resources"];
    const found = await startOperation(
      { operation: "rollback", stack: "test", clock: systemClock },
      {},
      (context) =>
        aws.migrations.backups(
          {
            ...{ context, env: process.env, shortStack: "test" },
            project: { name: "shop", dir: "/nowhere", configSchema: {} },
          },
          { resources },
          { tool: "sql", head: "0003_more", chain: [], database },
        ),
    ).result;
    assert.deepEqual(
      found.map(({ id, head }) => ({ id, head })),
      [{ id: backup.id, head: "0001_items" }],
    );
  });

  it("is taken at a first run, too, of a database that has been there for longer than a day", async () => {
    const hours = (count: number) => ({ ...timing, now: () => Date.now() + count * 3_600_000 });
    const contracting = subject(schema("0002_drop_names"));
    const { signal } = new AbortController();
    assert.equal(await snapshotBefore(contracting, undefined, hours(23), signal), undefined);
    const backup = await snapshotBefore(contracting, undefined, hours(25), signal);
    // Which migrations it has is known to nobody.
    assert.equal(backup?.head, "unknown");
    assert.ok((await ids()).includes(backup.id));
  });

  it("stops the migration when there is none: the database is gone, or the update is cancelled", async () => {
    const gone = schema("0002_drop_names", { database: { ...database, server: "gone" } });
    await assert.rejects(
      before_(gone, schema("0001_items")),
      /task "migrate" was not run: before 0002_drop_names, which takes something away, database gone could not be copied: .*gone/,
    );
    const controller = new AbortController();
    controller.abort(new Error("the update was cancelled"));
    const known = await ids();
    await assert.rejects(
      before_(schema("0002_drop_names"), schema("0001_items"), controller.signal),
      /the update was cancelled/,
    );
    assert.deepEqual(await ids(), known);
  });
});
