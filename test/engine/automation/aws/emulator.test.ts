import * as assert from "node:assert/strict";
import { createHash } from "node:crypto";

import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { CreateReplicationGroupCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";

import { aws } from "../../../../automation/platforms/aws";
import type { Deployed, PlatformSession } from "../../../../automation/platforms/types";
import type { ReleaseRecord } from "../../../../automation/release";
import type { StateResource } from "../../../../automation/engine/types";
import { AwsServer } from "../../../support/awsServer";
import { inOperation, intended } from "../../../unit/automation/platforms/aws/fixture";

const account = "123456789012";
const region = "ap-northeast-1";

/** A resource as the engine's state has it, in a component of the same name. */
function resource(type: string, name: string, outputs: Record<string, unknown>): StateResource {
  const component = `urn:pulumi:production::shop::landfall:index:Component::${name}`;
  const urn = `urn:pulumi:production::shop::landfall:index:Component$${type}::${name}-own`;
  return { urn, type, parent: component, custom: true, outputs };
}

describe("the SDK's AWS against the emulator", function () {
  this.timeout(120_000);
  let server: AwsServer;

  before(async () => {
    server = await AwsServer.start();
  });

  after(async () => {
    await server.stop();
  });

  const withSession = <T>(
    work: (session: PlatformSession) => Promise<T>,
    env: Record<string, string> = server.env,
    now = Date.now(),
  ): Promise<T> =>
    inOperation(
      (context) =>
        work({
          context,
          env,
          shortStack: "production",
          project: { name: "shop", dir: "/nowhere", configSchema: {} },
        }),
      { now: () => now, sleep: () => Promise.resolve() },
    );

  const deployed = (resources: readonly StateResource[], services = {}): Deployed => ({
    state: {
      ...{ resources: [...resources], pending: [], outputs: {}, secrets: [] },
      publicTexts: new Set<string>(),
    },
    intended: { platform: "aws", urls: {}, services },
  });

  it("reports databases, caches and alarms that are not quiet", async () => {
    await new RDSClient(server.client).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "shop-production-db",
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        MasterUsername: "master",
        MasterUserPassword: "not-a-secret",
        AllocatedStorage: 20,
      }),
    );
    await new ElastiCacheClient(server.client).send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: "shop-production-cache",
        ReplicationGroupDescription: "cache",
        Engine: "redis",
        CacheNodeType: "cache.t3.micro",
      }),
    );
    const cloudWatch = new CloudWatchClient(server.client);
    for (const AlarmName of ["errors", "latency"]) {
      await cloudWatch.send(
        new PutMetricAlarmCommand({
          ...{ AlarmName, MetricName: "5XX", Namespace: "AWS/ApplicationELB", Period: 60 },
          ...{ EvaluationPeriods: 1, Threshold: 1, Statistic: "Sum" },
          ComparisonOperator: "GreaterThanThreshold",
        }),
      );
    }
    const raised = { AlarmName: "errors", StateValue: "ALARM" as const, StateReason: "too many" };
    await cloudWatch.send(new SetAlarmStateCommand(raised));
    const arn = (service: string, rest: string): string =>
      `arn:aws:${service}:${region}:${account}:${rest}`;
    const alarm = (name: string): StateResource =>
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", name, {
        arn: arn("cloudwatch", `alarm:${name}`),
        name,
      });
    const stack = deployed([
      resource("aws:rds/instance:Instance", "db", {
        arn: arn("rds", "db:shop-production-db"),
        identifier: "shop-production-db",
      }),
      resource("aws:rds/instance:Instance", "gone", {
        arn: arn("rds", "db:gone"),
        identifier: "gone",
      }),
      resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", {
        arn: arn("elasticache", "replicationgroup:shop-production-cache"),
        replicationGroupId: "shop-production-cache",
      }),
      ...["errors", "latency", "deleted"].map(alarm),
    ]);
    const { services, alarms } = await withSession((session) => aws.status.report(session, stack));
    assert.deepEqual(
      services.map(({ service, role, state }) => [service, role, state]),
      [
        ["db", "postgres", "up"],
        ["gone", "postgres", "down"],
        ["cache", "redis", "up"],
      ],
    );
    assert.deepEqual(
      [alarms?.total, alarms?.raised.map(({ name, state }) => [name, state])],
      [
        3,
        [
          ["errors", "alarm"],
          ["deleted", "unknown"],
        ],
      ],
    );
  });

  it("reads the logs of tasks: all, from a moment on, and the last lines of each", async () => {
    const logGroupName = "/shop/production/api";
    const client = new CloudWatchLogsClient(server.client);
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const now = Date.now();
    const write = async (logStreamName: string, times: readonly number[]): Promise<void> => {
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      const logEvents = times.map((ago) => ({ timestamp: now - ago, message: `${ago} ago` }));
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    };
    await write("api/api/aaaaaaaaaaaabbbb", [900_000, 5_000, 5_000, 1_000]);
    await write("api/loader/cccccccccccc", [950_000]);
    const stack = deployed([], { api: intended });
    const read = (range: { since?: number; tail?: number }): Promise<unknown[]> =>
      withSession(
        async (session) => {
          const found: unknown[] = [];
          for (const source of await aws.logs.sources(session, stack, range)) {
            for await (const { line } of aws.logs.lines(session, source, range))
              found.push([source.service, source.name, line]);
          }
          return found;
        },
        server.env,
        now,
      );
    const own = (line: string): string[] => ["api", "aaaaaaaaaaaa", line];
    const loaded = ["api", "loader/cccccccccccc", "950000 ago"];
    const byName = (a: unknown, b: unknown): number => String(a).localeCompare(String(b));
    assert.deepEqual(
      (await read({})).sort(byName),
      [own("1000 ago"), own("5000 ago"), own("5000 ago"), own("900000 ago"), loaded].sort(byName),
    );
    assert.deepEqual(await read({ since: now - 10_000 }), [
      own("5000 ago"),
      own("5000 ago"),
      own("1000 ago"),
    ]);
    assert.deepEqual(
      (await read({ tail: 1 })).sort(byName),
      [own("1000 ago"), loaded].sort(byName),
    );
    assert.deepEqual(await read({ tail: 0 }), []);
  });

  it("knows which images ECR has lost, and removes those that no kept release needs", async () => {
    const client = new ECRClient(server.client);
    const repositoryName = "shop-production/api";
    const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName }));
    const repositoryUrl = repository?.repositoryUri ?? "";
    const digests: string[] = [];
    for (const imageTag of ["one", "two", "three"]) {
      const imageManifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: {
          digest: `sha256:${createHash("sha256").update(imageTag).digest("hex")}`,
          size: 1,
        },
        layers: [],
      });
      const imageDigest = `sha256:${createHash("sha256").update(imageManifest).digest("hex")}`;
      const put = new PutImageCommand({ repositoryName, imageTag, imageManifest, imageDigest });
      digests.push((await client.send(put)).image?.imageId?.imageDigest ?? "");
    }
    const image = (
      digest: string,
    ): { image: string; digest: string; repoDigest: string; revision: string } => {
      return { image: "api", digest, repoDigest: `${repositoryUrl}@${digest}`, revision: "r" };
    };
    const [one = "", two = "", three = ""] = digests;
    const lost = `sha256:${"f".repeat(64)}`;
    const missing = await withSession((session) =>
      aws.images.missing(session, {
        api: image(one),
        lost: image(lost),
        elsewhere: { image: `docker.io/x@${lost}`, digest: lost },
      }),
    );
    assert.deepEqual(missing, ["lost"]);
    const release = (number: number, digest: string): ReleaseRecord =>
      ({ number, state: "deployed", images: { api: image(digest) } }) as unknown as ReleaseRecord;
    const subject = {
      ...deployed([
        resource("aws:ecr/repository:Repository", "api", {
          arn: repository?.repositoryArn,
          repositoryUrl,
        }),
      ]),
      ...{ registry: "", keep: 1, releases: [release(1, one), release(2, two)] },
    };
    const found = await withSession((session) => aws.images.prunable(session, subject));
    assert.deepEqual(
      found.map(({ digest, releases }) => [digest, releases]),
      [[one, [1]]],
      "not what a kept release ran, and not what nobody has deployed yet",
    );
    for (const each of found)
      assert.equal(await withSession((session) => aws.images.remove(session, each)), undefined);
    const { imageDetails = [] } = await client.send(new DescribeImagesCommand({ repositoryName }));
    const left = imageDetails.map(({ imageDigest }) => imageDigest);
    assert.deepEqual(left.sort(), [two, three].sort());
  });

  it("takes snapshots of a database and lists them, and restores none where nobody has a password for the copy", async () => {
    await new RDSClient(server.client).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "shop-production-orders",
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        MasterUsername: "master",
        MasterUserPassword: "not-a-secret",
        AllocatedStorage: 20,
      }),
    );
    const stack = deployed([
      resource("aws:rds/instance:Instance", "orders", {
        arn: `arn:aws:rds:${region}:${account}:db:shop-production-orders`,
        identifier: "shop-production-orders",
      }),
    ]);
    await withSession(async (session) => {
      const [database] = await aws.backups.databases(session, stack);
      assert.equal(database?.database, "orders");
      const taken = await aws.backups.take(session, stack, database);
      assert.match(taken.id, /^shop-production-orders-\d{14}$/);
      assert.equal(taken.size, 20 * 1024 ** 3);
      const listed = await aws.backups.list(session, stack, database);
      assert.deepEqual(listed[0], taken);
      assert.match(listed[1]?.id ?? "", /^rds:/, "RDS's own are there too");
      const restoring = (of: Deployed) => aws.backups.restore(session, of, database, taken);
      await assert.rejects(restoring(stack), /output `databases` has no orders/);
      const tools = {
        ...{ cluster: "shop", taskDefinition: "tools:1", container: "tools", logPrefix: "tools" },
        ...{ subnets: ["subnet-1"], securityGroups: ["sg-1"], logGroup: "/shop/tools" },
      };
      const own = { region, instance: "shop-production-orders", role: "app", tools };
      const intended = { ...stack.intended, databases: { orders: own } };
      await assert.rejects(restoring({ ...stack, intended }), {
        name: "RefusedError",
        message: /RDS does not keep the master user's password of shop-production-orders/,
      });
    });
  });

  it("tells a diagnosis whose credentials these are, and when the stack is in another account", async () => {
    const check = (accounts: string | undefined): Promise<unknown[]> =>
      withSession(async (session) => {
        const setting = (key: string): string | undefined =>
          key === "aws:allowedAccountIds" ? accounts : undefined;
        const checks = await aws.doctor.check(session, { ...deployed([]), setting });
        return checks.map(({ name, status }) => [name, status]);
      });
    const [place, known] = [
      ["AWS region", "ok"],
      ["AWS credentials", "ok"],
    ];
    assert.deepEqual(await check(undefined), [place, known, ["AWS account", "ok"]]);
    assert.deepEqual(await check(`["${account}"]`), [place, known, ["AWS account", "ok"]]);
    assert.deepEqual(await check('["999999999999"]'), [place, known, ["AWS account", "failed"]]);
  });
});
