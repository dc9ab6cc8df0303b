import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateDBInstanceCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import execa from "execa";
import { LandfallError } from "../../../automation/errors";
import { startOperation } from "../../../automation/operation";
import { aws } from "../../../automation/platforms/aws";
import * as readOnly from "../../../automation/platforms/aws/readOnlySql";
import type { Deployed, PlatformSession } from "../../../automation/platforms/types";
import type { DatabaseBackup } from "../../../automation/results";
import { clientSettings } from "../../../components/aws/dynamic/clients";
import { FaultyAws } from "../../support/faultyAws";
import type { FaultyHandler } from "../../support/faultyAws";
import { S3Server } from "../../support/s3Server";
import { docker } from "../stack/harness";

const REGION = "ap-northeast-1";
const NAME = "shop-production-db";
const IMAGE = "postgres:15-bookworm";
/** The instance that stays, and the one that RDS makes of the snapshot. */
const LIVE = "lfrds-live";
const BESIDE = "lfrds-beside";
const PASSWORD = "master-s3cret";

/** A master user like RDS's: no superuser, and a member of the services' role. */
const USERS = `CREATE ROLE master LOGIN PASSWORD '${PASSWORD}' CREATEDB CREATEROLE;
GRANT pg_signal_backend TO master; CREATE ROLE app LOGIN; GRANT app TO master`;
const CONTENT = `CREATE EXTENSION pg_trgm;
CREATE TABLE customers (id serial PRIMARY KEY, name text UNIQUE); COMMENT ON TABLE customers IS 'who buys';
CREATE TABLE orders (id int, customer int REFERENCES customers, total numeric CHECK (total > 0));
CREATE INDEX ON customers USING gin (name gin_trgm_ops); CREATE VIEW buyers AS SELECT name FROM customers;
CREATE SCHEMA other; CREATE TABLE other.things (n int); GRANT SELECT ON customers TO PUBLIC;
INSERT INTO customers (name) VALUES ('Ann'), ('Bob'); INSERT INTO orders VALUES (1, 1, 9.50)`;

/** What ECS would do: the task's command in a container, which reaches both servers by the names that RDS gives them. */
class Tasks {
  private readonly ended = new Map<string, { exitCode: number; output: string }>();
  readonly commands: string[][] = [];

  constructor(private readonly addresses: { live: string; beside: string }) {}

  readonly handlers: Record<string, FaultyHandler> = {
    RunTask: ({ overrides }) => {
      const { containerOverrides } = overrides as { containerOverrides: { command: string[] }[] };
      const command = containerOverrides[0]?.command ?? [];
      const taskArn = `arn:aws:ecs:${REGION}:123456789012:task/shop/${randomUUID()}`;
      this.commands.push(command);
      void this.run(taskArn, command);
      return { ok: { tasks: [{ taskArn }], failures: [] } };
    },
    DescribeTasks: ({ tasks }) => {
      const [taskArn = ""] = tasks as string[];
      const ended = this.ended.get(taskArn);
      const over = { lastStatus: "STOPPED", containers: [{ name: "tools", ...ended }] };
      const task = ended === undefined ? { lastStatus: "RUNNING" } : over;
      return { ok: { tasks: [{ taskArn, ...task }] } };
    },
    StopTask: () => ({ ok: {} }),
    GetLogEvents: ({ logStreamName }) => {
      const id = String(logStreamName).split("/").at(-1) ?? "";
      const [, { output } = { output: "" }] =
        [...this.ended].find(([arn]) => arn.endsWith(id)) ?? [];
      const lines = output.split("\n").filter((line) => line !== "");
      return { ok: { events: lines.map((message) => ({ timestamp: 1, message })) } };
    },
    GetSecretValue: () => ({
      ok: { SecretString: JSON.stringify({ username: "master", password: PASSWORD }) },
    }),
  };

  private async run(arn: string, command: string[]): Promise<void> {
    const host = command.find((each) => each.includes("-restore-"));
    const env = {
      ...{ PGHOST: this.addresses.live, PGUSER: "master", PGPASSWORD: PASSWORD },
      ...{ PGDATABASE: "app", PGCONNECT_TIMEOUT: "5" },
    };
    const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const hosts = host === undefined ? [] : ["--add-host", `${host}:${this.addresses.beside}`];
    const args = ["run", "--rm", ...given, ...hosts, IMAGE, ...command];
    const { exitCode, all = "" } = await execa("docker", args, { reject: false, all: true });
    this.ended.set(arn, { exitCode, output: all });
  }
}

describe("a snapshot of RDS in a database's place", function () {
  this.timeout(240_000);
  let moto: S3Server;
  let api: FaultyAws;
  let tasks: Tasks;
  let client: RDSClient;
  let backup: DatabaseBackup;

  const deployed: Deployed = {
    state: {
      ...{ pending: [], outputs: {}, secrets: [], publicTexts: new Set() },
      resources: [
        {
          urn: "urn:pulumi:production::shop::aws:rds/instance:Instance::db",
          type: "aws:rds/instance:Instance",
          outputs: { arn: `arn:aws:rds:${REGION}:123456789012:db:${NAME}`, identifier: NAME },
        },
      ],
    },
    intended: {
      ...{ platform: "aws", urls: {} },
      databases: {
        db: {
          ...{ region: REGION, instance: NAME, role: "app" },
          tools: {
            ...{ cluster: "shop", taskDefinition: "tools:1", container: "tools" },
            ...{ subnets: ["subnet-1"], securityGroups: ["sg-1"] },
            ...{ logGroup: "/shop/tools", logPrefix: "tools" },
          },
        },
      },
    },
  };

  before(async () => {
    await docker("rm", "-f", "-v", LIVE, BESIDE).catch(() => "");
    for (const name of [LIVE, BESIDE])
      await docker("run", "-d", "--name", name, "-e", "POSTGRES_PASSWORD=test", IMAGE);
    const [live, beside] = [await ready(LIVE), await ready(BESIDE)];
    for (const name of [LIVE, BESIDE]) {
      await sql(name, "postgres", USERS);
      await sql(name, "postgres", "CREATE DATABASE app OWNER app");
      await sql(name, "app", `SET ROLE app; ${CONTENT}`);
    }
    moto = await S3Server.start();
    tasks = new Tasks({ live, beside });
    api = await FaultyAws.start(tasks.handlers, moto.endpoint);
    client = new RDSClient(clientSettings(api.env, REGION));
    await client.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: NAME, DBInstanceClass: "db.t4g.micro", Engine: "postgres" },
        ...{ EngineVersion: "15.4", AllocatedStorage: 20, MasterUsername: "master" },
        ...{ ManageMasterUserPassword: true, Tags: [{ Key: "Project", Value: "shop" }] },
      }),
    );
    backup = await operate((session) => aws.backups.take(session, deployed, server));
    await sql(
      LIVE,
      "app",
      "SET ROLE app; DELETE FROM orders; INSERT INTO customers (name) VALUES ('Late')",
    );
  });

  after(async () => {
    client.destroy();
    await api.stop();
    await moto.stop();
    await docker("rm", "-f", "-v", LIVE, BESIDE).catch(() => "");
  });

  const server = { database: "db", name: NAME };
  const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(Math.min(ms, 200)) };

  function operate<T>(work: (session: PlatformSession) => Promise<T>): Promise<T> {
    const project = { name: "shop", dir: "/nowhere", configSchema: {} };
    const operation = { operation: "restore", stack: "production", clock } as const;
    return startOperation(operation, {}, (context) =>
      work({ context, env: api.env, shortStack: "production", project }),
    ).result;
  }

  const restore = (): Promise<string> =>
    operate((session) => aws.backups.restore(session, deployed, server, backup));

  async function sql(name: string, database: string, statements: string): Promise<string> {
    const psql = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-U", "postgres"];
    return (await docker("exec", name, ...psql, "-d", database, "-c", statements)).trim();
  }

  /** Its address, once it answers on that: the first start of a new cluster listens on none. */
  async function ready(name: string): Promise<string> {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const address = (await docker("inspect", "-f", format, name)).trim();
    for (let attempt = 0; attempt < 150; attempt++) {
      const asked = ["exec", name, "pg_isready", "-q", "-h", "127.0.0.1"];
      if ((await execa("docker", asked, { reject: false })).exitCode === 0) return address;
      await sleep(200);
    }
    throw new Error(`${name} does not answer`);
  }

  /** What there is of databases, and what RDS still has of instances. */
  async function rest(): Promise<{ databases: string[]; instances: string[] }> {
    const { DBInstances: found = [] } = await client.send(new DescribeDBInstancesCommand({}));
    const names = await sql(
      LIVE,
      "postgres",
      "SELECT datname FROM pg_database WHERE datname ~ '^app'",
    );
    return {
      databases: names.split("\n").sort(),
      instances: found.map(({ DBInstanceIdentifier: id = "" }) => id),
    };
  }

  it("cannot be copied when it has what the server lacks: all stays as it was, and nothing is left", async () => {
    await sql(BESIDE, "app", "CREATE ROLE ghost; ALTER TABLE other.things OWNER TO ghost");
    // On RDS too its master user may read what belongs to somebody else: it is no member of the role here.
    await sql(BESIDE, "app", "GRANT ghost TO master");
    await assert.rejects(restore(), (error) => {
      assert.ok(error instanceof LandfallError);
      assert.match(error.message, /database shop-production-db is as it was: [^]*role "ghost"/);
      assert.ok(!error.message.includes(PASSWORD));
      return true;
    });
    assert.deepEqual(await rest(), { databases: ["app"], instances: [NAME] });
    await sql(BESIDE, "app", "ALTER TABLE other.things OWNER TO app");
  });

  it("takes its place, with owners, rights, keys and rows, and the database stays under another name", async () => {
    // Somebody's session of the services' role, which a rename would wait for.
    const own = execa(
      "docker",
      [
        ...["exec", "-e", `PGPASSWORD=${PASSWORD}`, LIVE, "psql", "-X", "-h", "127.0.0.1"],
        ...["-U", "master", "-d", "app", "-c", "SELECT pg_sleep(60)"],
      ],
      { reject: false },
    );
    await sleep(500);
    const kept = await restore();
    assert.notEqual((await own).exitCode, 0);
    assert.match(kept, /^app_before_\d{14}$/);
    assert.deepEqual(await rest(), { databases: ["app", kept], instances: [NAME] });
    assert.equal(
      await sql(LIVE, "app", "SELECT string_agg(name, ',' ORDER BY id) FROM customers"),
      "Ann,Bob",
    );
    assert.equal(
      await sql(LIVE, kept, "SELECT string_agg(name, ',' ORDER BY id) FROM customers"),
      "Ann,Bob,Late",
    );
    const owners =
      "SELECT string_agg(relname || ' ' || relowner::regrole, ',' ORDER BY relname) FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND relnamespace::regnamespace::text IN ('public', 'other')";
    assert.equal(await sql(LIVE, "app", owners), await sql(BESIDE, "app", owners));
    const keys =
      "SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE connamespace = 'public'::regnamespace";
    assert.equal(await sql(LIVE, "app", keys), await sql(BESIDE, "app", keys));
    await sql(
      LIVE,
      "app",
      "SET ROLE app; INSERT INTO customers (name) VALUES ('New'); CREATE TABLE more (n int)",
    );
    assert.equal(await sql(LIVE, "app", "SELECT max(id) FROM customers"), "3");
    const script = tasks.commands.map((command) => JSON.stringify(command));
    assert.ok(script.every((text) => text.length < 8192 && !text.includes(PASSWORD)));
  });

  it("stays read-only where the database is, and is not because it was when it was copied", async () => {
    // Event triggers are for RDS's master user; elsewhere they are for superusers.
    for (const name of [LIVE, BESIDE]) await sql(name, "postgres", "ALTER ROLE master SUPERUSER");
    const close = `SET ROLE master; ${readOnly.close("app")}`;
    await sql(BESIDE, "app", close);
    await restore();
    const write = "SET SESSION AUTHORIZATION app; INSERT INTO customers (name) VALUES ('X')";
    await sql(LIVE, "app", write);
    await sql(LIVE, "app", close);
    await restore();
    assert.equal(await sql(LIVE, "app", readOnly.isClosed), "t");
    await assert.rejects(sql(LIVE, "app", write), /permission denied/);
    await sql(LIVE, "app", `SET ROLE master; ${readOnly.open}`);
    await sql(LIVE, "app", write);
  });

  it("removes the instance that a killed one has left", async () => {
    await client.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: `${NAME}-restore-20260101000000`,
        ...{ DBInstanceClass: "db.t4g.micro", Engine: "postgres", AllocatedStorage: 20 },
        ...{ MasterUsername: "master", ManageMasterUserPassword: true },
      }),
    );
    assert.equal((await rest()).instances.length, 2);
    await restore();
    assert.deepEqual((await rest()).instances, [NAME]);
  });
});
