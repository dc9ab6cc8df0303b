import assert from "node:assert/strict";
import { ecsRolloutWith } from "../../../../../components/aws/dynamic/rollout";
import type { EcsRolloutInputs } from "../../../../../components/aws/dynamic/types";
import { FakeAws } from "../../../../support/fakeAws";

const definition = (number: number) =>
  `arn:aws:ecs:ap-northeast-1:123456789012:task-definition/shop-api:${number}`;

const INPUTS: EcsRolloutInputs = {
  region: "ap-northeast-1",
  cluster: "shop",
  service: "api",
  container: "api",
  taskDefinition: definition(7),
  atLeast: 2,
  atMost: 2,
  deadlineSeconds: 20,
};

const rollout = ecsRolloutWith({ intervalMs: 5, settleMs: 100, missingMs: 100 });

interface Told {
  readonly number: number;
  readonly status?: string;
  readonly state?: string;
  readonly reason?: string;
}

/** What ECS tells of a service with these deployments, the first of which is PRIMARY unless it says otherwise. */
function service(deployments: readonly Told[], more: Record<string, unknown> = {}) {
  const told = deployments.map(({ number, status, state = "COMPLETED", reason }, index) => ({
    id: `ecs-svc/${number}-${state}`,
    status: status ?? (index === 0 ? "PRIMARY" : "ACTIVE"),
    taskDefinition: definition(number),
    rolloutState: state,
    ...(reason === undefined ? {} : { rolloutStateReason: reason }),
    runningCount: 1,
    desiredCount: 2,
    failedTasks: 3,
  }));
  const active = { serviceName: "api", status: "ACTIVE", desiredCount: 2, deployments: told };
  return { services: [{ ...active, ...more }] };
}

describe("the gate of a service on ECS", function () {
  this.timeout(60_000);
  let aws: FakeAws;

  beforeEach(async () => {
    aws = await FakeAws.start();
    aws.use();
    aws.on("ListTasks", { taskArns: [] });
  });
  afterEach(() => aws.stop());

  const passes = (inputs: Partial<EcsRolloutInputs> = {}) =>
    rollout.create({ ...INPUTS, ...inputs });
  const fails = (pattern: RegExp, inputs: Partial<EcsRolloutInputs> = {}) =>
    assert.rejects(passes(inputs), pattern);

  it("waits until PRIMARY is what is intended, and completed", async () => {
    aws.on("DescribeServices", (_, call) =>
      service([{ number: 7, state: call < 3 ? "IN_PROGRESS" : "COMPLETED" }, { number: 6 }]),
    );
    const { id, outs } = await passes();
    assert.equal(id, "rollout-api");
    assert.deepEqual(outs, INPUTS);
    assert.equal(aws.count("DescribeServices"), 4);
  });

  it("fails when ECS rolls back, and tells what its tasks and ECS have said", async () => {
    aws.on("DescribeServices", (_, call) =>
      call < 2
        ? service([{ number: 7, state: "IN_PROGRESS" }, { number: 6 }])
        : service(
            [
              {
                number: 6,
                state: "IN_PROGRESS",
                reason: "ECS deployment circuit breaker: rolling back",
              },
            ],
            {
              events: [
                { message: "(service api) has begun draining", createdAt: Date.now() / 1000 },
              ],
            },
          ),
    );
    aws.on("ListTasks", { taskArns: ["arn:aws:ecs:x:1:task/shop/abc"] });
    aws.on("DescribeTasks", {
      tasks: [
        {
          taskArn: "arn:aws:ecs:x:1:task/shop/abc",
          taskDefinitionArn: definition(7),
          stoppedReason: "Essential container in task exited",
          containers: [{ name: "api", exitCode: 137, reason: "OutOfMemoryError" }],
        },
      ],
    });
    await fails(
      /service "api": ECS rolled it back: PRIMARY runs shop-api:6, not shop-api:7\. ECS deployment circuit breaker: rolling back\nstopped tasks:\n {2}abc: Essential container in task exited; api exit code 137 \(OutOfMemoryError\)\nlast events:\n {2}\(service api\) has begun draining/,
    );
  });

  it("fails when ECS fails it and there is nothing to go back to", async () => {
    aws.on("DescribeServices", (_, call) =>
      service([
        call === 0
          ? { number: 7, state: "IN_PROGRESS" }
          : { number: 7, state: "FAILED", reason: "tasks failed to start" },
      ]),
    );
    await fails(/it failed: tasks failed to start; 1 of 2 tasks run, 3 have failed/);
  });

  it("fails at its deadline when the service never stabilises, and has ECS roll it back", async () => {
    aws.on("DescribeServices", service([{ number: 7, state: "IN_PROGRESS" }, { number: 6 }]));
    aws.on("ListServiceDeployments", {
      serviceDeployments: [{ serviceDeploymentArn: "arn:aws:ecs:x:1:service-deployment/1" }],
    });
    aws.on("StopServiceDeployment", {});
    await fails(/not complete within 0\.05 s: IN_PROGRESS; 1 of 2.*ECS was asked to roll it back/, {
      deadlineSeconds: 0.05,
    });
    assert.equal(aws.inputOf("StopServiceDeployment")?.["stopType"], "ROLLBACK");
  });

  it("takes a service that AWS does not know yet for new, and one that stays away for deleted", async () => {
    aws.on("DescribeServices", (_, call) =>
      call < 2 ? { services: [], failures: [{ reason: "MISSING" }] } : service([{ number: 7 }]),
    );
    await passes();
    aws.on("DescribeServices", { error: "ServiceNotFoundException" });
    await fails(/it is not active in cluster "shop" \(there is none\): was it deleted\?/);
  });

  it("does not take what AWS still tells of the old revision for a rollback", async () => {
    aws.on("DescribeServices", (_, call) => service([{ number: call < 3 ? 6 : 7 }]));
    await passes();
    assert.equal(aws.count("UpdateService"), 0);
  });

  it("asks ECS again for what an earlier update has left rolled back", async () => {
    let isAsked = false;
    aws.on("UpdateService", () => {
      isAsked = true;
      return {};
    });
    aws.on("DescribeServices", () =>
      isAsked
        ? service([{ number: 7 }])
        : service([{ number: 6 }, { number: 7, state: "FAILED", reason: "the time before" }]),
    );
    await passes();
    assert.equal(aws.inputOf("UpdateService")?.["taskDefinition"], definition(7));
    assert.equal(aws.count("UpdateService"), 1);
  });

  it("does so once: a second rollback is one", async () => {
    aws.on("UpdateService", {});
    aws.on("DescribeServices", () =>
      aws.count("UpdateService") === 0
        ? service([{ number: 6 }])
        : service([{ number: 6 }, { number: 7, state: "FAILED", reason: "again" }]),
    );
    await fails(/it failed: again/);
    assert.equal(aws.count("UpdateService"), 1);
  });

  it("sees to the number of tasks where the stack's state cannot: after a stop, and when stopped", async () => {
    for (const [desired, limits, wanted] of [
      [0, { atLeast: 2, atMost: 6 }, 2],
      [4, { atLeast: 0, atMost: 0 }, 0],
      [9, { atLeast: 2, atMost: 6 }, 6],
    ] as const) {
      let now: number = desired;
      aws.on("UpdateService", (input) => {
        now = Number(input["desiredCount"]);
        return {};
      });
      aws.on("DescribeServices", () => service([{ number: 7 }], { desiredCount: now }));
      await passes(limits);
      assert.equal(now, wanted);
    }
    const calls = aws.count("UpdateService");
    aws.on("DescribeServices", service([{ number: 7 }], { desiredCount: 4 }));
    await passes({ atLeast: 2, atMost: 6 });
    assert.equal(aws.count("UpdateService"), calls);
  });

  it("outlives throttling and a server's faults", async () => {
    aws.on("DescribeServices", (_, call) => {
      if (call < 6) return { error: "ThrottlingException" };
      if (call < 8) return { error: "ServerException", status: 500 };
      return service([{ number: 7 }]);
    });
    await passes();
  });

  it("says at its deadline that AWS did not answer", async () => {
    aws.on("DescribeServices", { error: "ThrottlingException", message: "Rate exceeded" });
    await fails(
      /not complete within 0\.05 s: nothing has been seen of it\. AWS did not always answer: .*Rate exceeded/,
      {
        deadlineSeconds: 0.05,
      },
    );
  });

  it("does not wait for credentials that have expired", async () => {
    aws.on("DescribeServices", { error: "ExpiredTokenException", message: "expired" });
    const before = Date.now();
    await fails(/service "api": the AWS credentials have expired: renew them/);
    assert.ok(aws.count("DescribeServices") < 3, String(Date.now() - before));
  });

  it("ends when the update is cancelled", async () => {
    aws.on("DescribeServices", (_, call) => {
      if (call === 2) process.emit("SIGTERM");
      return service([{ number: 7, state: "IN_PROGRESS" }]);
    });
    await fails(/the update was cancelled/);
    assert.deepEqual(
      [process.listenerCount("SIGTERM") < 2, aws.count("DescribeServices")],
      [true, 3],
    );
  });

  it("waits again for whatever it is to see, and not for another deadline", async () => {
    const diff = async (news: Partial<EcsRolloutInputs>) =>
      (await rollout.diff("rollout-api", INPUTS, { ...INPUTS, ...news })).changes;
    assert.equal(await diff({ taskDefinition: definition(8) }), true);
    assert.equal(await diff({ atLeast: 3 }), true);
    assert.equal(await diff({ deadlineSeconds: 600 }), false);
  });

  it("refuses what it cannot wait for", async () => {
    const { failures } = await rollout.check({} as EcsRolloutInputs, {
      ...INPUTS,
      taskDefinition: "api:7",
      deadlineSeconds: -1,
    });
    assert.deepEqual(
      (failures as { property: string }[]).map(({ property }) => property),
      ["taskDefinition", "deadlineSeconds"],
    );
  });
});
