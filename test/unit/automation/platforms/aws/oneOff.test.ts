import * as assert from "node:assert/strict";

import { LandfallError } from "../../../../../automation/errors";
import type { IntendedDatabase } from "../../../../../automation/intended";
import { aws as platform } from "../../../../../automation/platforms/aws";
import type { DatabaseAccess, Deployed } from "../../../../../automation/platforms/types";
import { FaultyAws } from "../../../../support/faultyAws";
import type { FaultyHandler } from "../../../../support/faultyAws";
import { inOperation } from "./fixture";

const database: IntendedDatabase = {
  region: "ap-northeast-1",
  instance: "shop-production-db",
  role: "app",
  tools: {
    cluster: "shop-production",
    taskDefinition: "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/shop-production-db:1",
    container: "psql",
    subnets: ["subnet-1"],
    securityGroups: ["sg-1"],
    logGroup: "/shop/production/db-tools",
    logPrefix: "tools",
  },
};
const taskArn = "arn:aws:ecs:ap-northeast-1:123456789012:task/shop-production/abcdef";

const deployed: Deployed = {
  state: { resources: [], pending: [], outputs: {}, secrets: [], publicTexts: new Set() },
  intended: { platform: "aws", urls: {}, databases: { db: database } },
};

const started: FaultyHandler = () => ({ ok: { tasks: [{ taskArn }], failures: [] } });
const ended = (exitCode: number | undefined, change: object = {}): FaultyHandler => {
  const own = { name: "psql", ...(exitCode === undefined ? {} : { exitCode }) };
  return () => ({
    ok: { tasks: [{ taskArn, lastStatus: "STOPPED", containers: [own], ...change }] },
  });
};
const printed =
  (...lines: readonly string[]): FaultyHandler =>
  () => ({ ok: { events: lines.map((message) => ({ timestamp: 1, message })) } });

describe("a database of RDS that is asked by a one-off task", () => {
  let aws: FaultyAws | undefined;

  afterEach(async () => {
    await aws?.stop();
    aws = undefined;
  });

  const ask = async <T>(
    handlers: Record<string, FaultyHandler>,
    work: (access: DatabaseAccess) => Promise<T>,
  ): Promise<T> => {
    const fake = await FaultyAws.start({ RunTask: started, ...handlers });
    aws = fake;
    return inOperation(async (context) => {
      const project = { name: "shop", dir: "/nowhere", configSchema: {} };
      const session = { context, env: fake.env, shortStack: "production", project };
      const [server] = await platform.readOnly.databases(session, deployed);
      return work(platform.readOnly.access(session, deployed, server ?? assert.fail()));
    });
  };

  it("gives what the statement printed, and runs where the database admits it, without a secret", async () => {
    const handlers = { DescribeTasks: ended(0), GetLogEvents: printed("t") };
    assert.equal(await ask(handlers, (access) => access.isClosed()), true);
    const run = aws?.asked.find(({ action }) => action === "RunTask")?.input;
    const { clientToken, overrides, networkConfiguration: network } = run ?? {};
    assert.match(String(clientToken), /^[0-9a-f-]{36}$/);
    assert.deepEqual(network, {
      awsvpcConfiguration: {
        ...{ subnets: ["subnet-1"], securityGroups: ["sg-1"] },
        assignPublicIp: "DISABLED",
      },
    });
    assert.ok(JSON.stringify(overrides).length < 8192, "ECS takes no longer overrides");
  });

  it("waits for a task that ECS does not know yet, and for its late lines", async () => {
    const closed = await ask(
      {
        DescribeTasks: (input, before) =>
          before < 2 ? { ok: { tasks: [] } } : ended(0)(input, before),
        GetLogEvents: (input, before) =>
          before < 2 ? { error: "ResourceNotFoundException" } : printed("2", "3")(input, before),
      },
      (access) => access.close(),
    );
    assert.equal(closed, 3);
  });

  it("keeps within what ECS takes, however much is to be done", async () => {
    const handlers = { DescribeTasks: ended(0), GetLogEvents: printed("0") };
    await ask(handlers, (access) => access.close());
    const run = aws?.asked.find(({ action }) => action === "RunTask")?.input;
    assert.ok(JSON.stringify(run?.overrides).length < 8192);
  });

  const failing: [string, Record<string, FaultyHandler>, string, RegExp][] = [
    [
      "the database refused",
      { DescribeTasks: ended(3), GetLogEvents: printed("ERROR: permission denied") },
      "database",
      /shop-production-db refused: ERROR: permission denied/,
    ],
    [
      "the task could not start",
      { DescribeTasks: ended(undefined, { stoppedReason: "CannotPullContainerError" }) },
      "platform",
      /the task did not run: CannotPullContainerError/,
    ],
    [
      "ECS has no room",
      { RunTask: () => ({ ok: { tasks: [], failures: [{ reason: "RESOURCE:CPU" }] } }) },
      "platform",
      /ECS started no task: RESOURCE:CPU/,
    ],
    [
      "the task never ends",
      {
        DescribeTasks: () => ({ ok: { tasks: [{ taskArn, lastStatus: "PENDING" }] } }),
        StopTask: () => ({ ok: {} }),
      },
      "platform",
      /did not end within 300 s \(it is pending\) and was stopped/,
    ],
    [
      "it may not be run",
      {
        RunTask: () => ({
          error: "AccessDeniedException",
          message:
            "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x",
        }),
      },
      "access_denied",
      /iam:PassRole on arn:aws:iam::1:role\/x is not allowed/,
    ],
  ];
  for (const [what, handlers, code, words] of failing) {
    it(`says so when ${what}`, async () => {
      await assert.rejects(
        ask(handlers, (access) => access.isClosed()),
        (error) =>
          error instanceof LandfallError && error.code === code && words.test(error.message),
      );
    });
  }

  it("stops a task that it does not wait for any more", async () => {
    await assert.rejects(
      ask(
        {
          DescribeTasks: () => ({ error: "ExpiredTokenException" }),
          StopTask: () => ({ ok: {} }),
        },
        (access) => access.isClosed(),
      ),
      /the credentials have expired/,
    );
    assert.equal(aws?.count("StopTask"), 1);
  });
});
