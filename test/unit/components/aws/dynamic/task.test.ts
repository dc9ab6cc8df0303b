import assert from "node:assert/strict";
import { ecsTaskWith } from "../../../../../components/aws/dynamic/task";
import type { EcsTaskInputs, EcsTaskOutputs } from "../../../../../components/aws/dynamic/types";
import { FakeAws } from "../../../../support/fakeAws";

const definition = (number: number) =>
  `arn:aws:ecs:ap-northeast-1:123456789012:task-definition/shop-migrate:${number}`;
const taskArn = (id: string) => `arn:aws:ecs:ap-northeast-1:123456789012:task/shop/${id}`;

const INPUTS: EcsTaskInputs = {
  region: "ap-northeast-1",
  name: "migrate",
  cluster: "shop",
  taskDefinition: definition(7),
  container: "migrate",
  subnets: ["subnet-1", "subnet-2"],
  securityGroups: ["sg-1"],
  logGroup: "/shop/production/migrate/logs",
  startedBy: "landfall-0123456789abcdef",
  timeoutSeconds: 20,
  revision: "abc",
  secrets: { DATABASE_URL: "postgres://app:s3cr3t-word@db/shop" },
};

const task = ecsTaskWith({ intervalMs: 5, missingMs: 100, retryMs: 5, snapshotMs: 1000 });

function told(id: string, more: Record<string, unknown> = {}) {
  return { taskArn: taskArn(id), taskDefinitionArn: definition(7), lastStatus: "RUNNING", ...more };
}

function ended(id: string, exitCode: number | undefined, more: Record<string, unknown> = {}) {
  const containers = [{ name: "migrate", ...(exitCode === undefined ? {} : { exitCode }) }];
  const stoppedReason = "Essential container in task exited";
  return { tasks: [told(id, { lastStatus: "STOPPED", stoppedReason, containers, ...more })] };
}

describe("a one-off task on ECS", function () {
  this.timeout(60_000);
  let aws: FakeAws;

  beforeEach(async () => {
    aws = await FakeAws.start();
    aws.use();
    aws.on("ListTasks", { taskArns: [] });
    aws.on("RunTask", { tasks: [told("new", { lastStatus: "PROVISIONING" })] });
    aws.on("DescribeTasks", (_, call) => (call < 2 ? { tasks: [told("new")] } : ended("new", 0)));
    aws.on("GetLogEvents", { events: [{ message: "3 migrations applied" }] });
  });
  afterEach(() => aws.stop());

  const runs = (inputs: Partial<EcsTaskInputs> = {}) => task.create({ ...INPUTS, ...inputs });

  it("runs in the private subnets to its end, and tells its exit code and its last lines", async () => {
    const { id, outs } = await runs();
    assert.deepEqual([id, outs.exitCode, outs.output], ["migrate", 0, "3 migrations applied"]);
    const { clientToken, ...asked } = aws.inputOf("RunTask") ?? {};
    assert.match(String(clientToken), /^[0-9a-f-]{36}$/);
    assert.deepEqual(asked["networkConfiguration"], {
      awsvpcConfiguration: {
        subnets: INPUTS.subnets,
        securityGroups: INPUTS.securityGroups,
        assignPublicIp: "DISABLED",
      },
    });
    assert.equal(asked["startedBy"], INPUTS.startedBy);
    assert.equal(aws.inputOf("GetLogEvents")?.["logStreamName"], "migrate/migrate/new");
  });

  it("fails with the exit code, the reason and the last lines, without secrets", async () => {
    aws.on("DescribeTasks", ended("new", 3));
    aws.on("GetLogEvents", {
      events: [{ message: "cannot connect to postgres://app:s3cr3t-word@db/shop" }],
    });
    await assert.rejects(runs(), (error: Error) => {
      assert.match(
        error.message,
        /task "migrate" failed with exit code 3: new: Essential container in task exited; migrate exit code 3\nits last lines:\n {2}cannot connect to/,
      );
      assert.ok(!error.message.includes("s3cr3t-word"), error.message);
      return true;
    });
  });

  it("says why it did not even start", async () => {
    aws.on(
      "DescribeTasks",
      ended("new", undefined, { stoppedReason: "CannotPullContainerError: no such image" }),
    );
    aws.on("GetLogEvents", { error: "ResourceNotFoundException" });
    await assert.rejects(
      runs(),
      /task "migrate" did not run: new: CannotPullContainerError: no such/,
    );
  });

  it("finds a run again that a killed update has left, and starts no other one", async () => {
    aws.on("ListTasks", { taskArns: [taskArn("old")] });
    aws.on("DescribeTasks", (_, call) => (call < 2 ? { tasks: [told("old")] } : ended("old", 0)));
    await runs();
    assert.equal(aws.count("RunTask"), 0);
    assert.deepEqual(aws.inputOf("ListTasks"), { cluster: "shop", startedBy: INPUTS.startedBy });
  });

  it("lets an earlier run of something else end by itself first", async () => {
    aws.on("ListTasks", (_, call) => ({ taskArns: call < 2 ? [taskArn("old")] : [] }));
    aws.on("DescribeTasks", ({ tasks }, call) => {
      if (JSON.stringify(tasks).includes("/old"))
        return { tasks: [told("old", { taskDefinitionArn: definition(6) })] };
      return call < 4 ? { tasks: [told("new")] } : ended("new", 0);
    });
    await runs();
    assert.equal(aws.count("RunTask"), 1);
    const order = aws.calls.map(({ operation }) => operation);
    assert.ok(order.lastIndexOf("ListTasks") < order.indexOf("RunTask"));
  });

  it("is stopped at its deadline", async () => {
    aws.on("DescribeTasks", { tasks: [told("new")] });
    aws.on("StopTask", {});
    await assert.rejects(
      runs({ timeoutSeconds: 0.05 }),
      /did not end within 0\.05 s and was stopped/,
    );
    assert.equal(aws.inputOf("StopTask")?.["task"], taskArn("new"));
  });

  it("is stopped when the update is cancelled", async () => {
    aws.on("StopTask", {});
    aws.on("DescribeTasks", (_, call) => {
      if (call === 2) process.emit("SIGTERM");
      return { tasks: [told("new")] };
    });
    await assert.rejects(runs(), /was stopped, because the update was cancelled/);
    assert.equal(aws.count("StopTask"), 1);
  });

  it("waits for a place", async () => {
    aws.on("RunTask", (_, call) =>
      call < 2
        ? { tasks: [], failures: [{ reason: "Capacity is unavailable at this time" }] }
        : { tasks: [told("new")] },
    );
    await runs();
    assert.equal(aws.count("RunTask"), 3);
  });

  it("does not try again what AWS will never start", async () => {
    aws.on("RunTask", { tasks: [], failures: [{ reason: "MISSING" }] });
    await assert.rejects(runs(), /task "migrate": it was not started: MISSING/);
    assert.equal(aws.count("RunTask"), 1);
  });

  it("waits until AWS knows a role that was just made", async () => {
    aws.on("RunTask", (_, call) =>
      call < 2
        ? { error: "ClientException", message: "ECS was unable to assume the role 'arn:…'" }
        : { tasks: [told("new")] },
    );
    await runs();
  });

  it("does not take a task that does not show yet for lost, and one that stays away for ended", async () => {
    aws.on("DescribeTasks", (_, call) => (call < 3 ? { tasks: [] } : ended("new", 0)));
    await runs();
    aws.on("DescribeTasks", { tasks: [] });
    await assert.rejects(runs(), /task .*\/new is not there any more/);
  });

  it("does not wait for credentials that have expired", async () => {
    aws.on("ListTasks", { error: "ExpiredTokenException", message: "expired" });
    await assert.rejects(runs(), /task "migrate": the AWS credentials have expired: renew them/);
  });

  it("runs again for another definition, command or key, and not for another deadline", async () => {
    const olds: EcsTaskOutputs = { ...INPUTS, exitCode: 0, output: "before" };
    for (const news of [{ taskDefinition: definition(8) }, { revision: "def" }]) {
      aws.on("DescribeTasks", ended("new", 0));
      const { outs } = await task.update("migrate", olds, { ...INPUTS, ...news });
      assert.equal(outs.output, "3 migrations applied");
    }
    const calls = aws.calls.length;
    const { outs } = await task.update("migrate", olds, { ...INPUTS, timeoutSeconds: 60 });
    assert.deepEqual([outs.output, outs.timeoutSeconds, aws.calls.length], ["before", 60, calls]);
  });

  it("does nothing where there is nothing to do, and says why", async () => {
    const { outs } = await runs({ nothing: "nothing was run: all is there" });
    assert.deepEqual([outs.exitCode, outs.output], [0, "nothing was run: all is there"]);
    assert.equal(aws.calls.length, 0);
  });
});
