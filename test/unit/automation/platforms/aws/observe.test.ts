import * as assert from "node:assert/strict";

import { exitCodes, verdictExitCodes } from "../../../../../automation/errors";
import type { IntendedService } from "../../../../../automation/intended";
import { judge } from "../../../../../automation/verdict";
import { FaultyAws } from "../../../../support/faultyAws";
import type { FaultyHandler } from "../../../../support/faultyAws";
import {
  definition,
  deployment,
  ecs,
  intended,
  missing,
  observed,
  otherDigest,
  service,
  task,
} from "./fixture";

describe("what runs on ECS", () => {
  let aws: FaultyAws | undefined;

  afterEach(async () => {
    await aws?.stop();
    aws = undefined;
  });

  const verdictOf = async (
    handlers: Record<string, FaultyHandler>,
    { own = intended, seconds = 15 }: { own?: IntendedService; seconds?: number } = {},
  ) => {
    aws = await FaultyAws.start(handlers);
    const observation = await observed(aws.env, seconds, own);
    const judged = judge(observation, true);
    const [seen] = observation.services;
    return { ...judged, message: judged.error?.message ?? "", seen };
  };

  const running = [task("aaaa", 7), task("bbbb", 7)];
  const always =
    (answer: object): FaultyHandler =>
    () => ({ ok: answer });

  it("is deployed when PRIMARY and every task are as intended", async () => {
    const { verdict, seen } = await verdictOf(ecs(always(service([deployment(7)])), running));
    assert.equal(verdict, "deployed");
    assert.deepEqual(
      seen?.containers.map(({ name, state, health }) => [name, state, health]),
      [
        ["aaaa", "running", "healthy"],
        ["bbbb", "running", "healthy"],
      ],
    );
  });

  describe("after ECS has silently put the earlier task definition back", () => {
    const old = [task("aaaa", 6), task("bbbb", 6)];
    const died = task("cccc", 7, {
      lastStatus: "STOPPED",
      stoppedAt: 1_700_000_100,
      stoppedReason: "Essential container in task exited",
      containers: [{ name: "api", exitCode: 1 }],
    });
    const rollbacks: [string, Record<string, FaultyHandler>, IntendedService?][] = [
      [
        "the circuit breaker says so",
        ecs(
          always(
            service([
              deployment(6, {
                rolloutStateReason:
                  "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.",
              }),
            ]),
          ),
          old,
          [died],
        ),
      ],
      ["nothing but the number tells", ecs(always(service([deployment(6)])), old)],
      [
        "its failed deployment is still listed",
        ecs(
          always(
            service([
              deployment(8),
              deployment(7, { status: "ACTIVE", rolloutState: "FAILED", runningCount: 0 }),
            ]),
          ),
          [task("aaaa", 8), task("bbbb", 8)],
        ),
      ],
      [
        "a later number is back, and only the list of service deployments tells",
        {
          ...ecs(always(service([deployment(9)])), [task("aaaa", 9), task("bbbb", 9)]),
          ListServiceDeployments: always({
            serviceDeployments: [{ targetServiceRevisionArn: "arn:revision/1" }],
          }),
          DescribeServiceRevisions: always({
            serviceRevisions: [{ taskDefinition: definition(7) }],
          }),
        },
      ],
    ];
    for (const [how, handlers] of rollbacks) {
      it(`is rolled back, exit code 3, and never deployed: ${how}`, async () => {
        const { verdict, error, message } = await verdictOf(handlers);
        assert.equal(verdict, "rolled_back");
        assert.equal(verdictExitCodes[verdict], exitCodes.rolledBack);
        assert.equal(error?.code, "rolled_back");
        assert.match(
          message,
          /ECS has put shop-production-api:\d back in place of shop-production-api:7/,
        );
      });
    }

    it("tells why the new tasks died", async () => {
      const [, handlers] = rollbacks[0] ?? assert.fail();
      const { message } = await verdictOf(handlers);
      assert.match(message, /shop-production-api:6 back in place of shop-production-api:7/);
      assert.match(
        message,
        /task cccc stopped: Essential container in task exited; api: exit code 1/,
      );
    });

    it("is unverified while the earlier one is on its way back", async () => {
      const back = deployment(6, { rolloutState: "IN_PROGRESS", runningCount: 1 });
      const { verdict, message } = await verdictOf(ecs(always(service([back])), old));
      assert.equal(verdict, "unverified");
      assert.match(message, /ECS is putting shop-production-api:6 back/);
    });

    it("is failed when the earlier one could not be put back either", async () => {
      const back = deployment(6, { rolloutState: "FAILED", runningCount: 0 });
      assert.equal((await verdictOf(ecs(always(service([back])), []))).verdict, "failed");
    });
  });

  it("is failed when somebody else has deployed another revision", async () => {
    const { verdict, message } = await verdictOf(
      ecs(always(service([deployment(8)])), [task("aaaa", 8)]),
    );
    assert.equal(verdict, "failed");
    assert.match(message, /PRIMARY runs shop-production-api:8.*somebody else/);
  });

  it("is failed when the first deployment ever fails: there is nothing to put back", async () => {
    const first = deployment(7, {
      rolloutState: "FAILED",
      rolloutStateReason: "tasks failed to start",
      runningCount: 0,
    });
    const { verdict, message } = await verdictOf(
      ecs(always(service([first], { runningCount: 0 })), []),
    );
    assert.equal(verdict, "failed");
    assert.match(message, /failed, and nothing was put back: tasks failed to start/);
  });

  it("is unverified when the service never gets stable within the time", async () => {
    const slow = deployment(7, { rolloutState: "IN_PROGRESS", runningCount: 1, failedTasks: 4 });
    const { verdict, message } = await verdictOf(ecs(always(service([slow])), running));
    assert.equal(verdict, "unverified");
    assert.match(message, /1 of 2 tasks run, 4 have failed/);
    assert.ok((aws?.count("DescribeServices") ?? 0) > 3);
  });

  it("waits for a service that AWS does not know yet", async () => {
    const late: FaultyHandler = (_, before) => ({
      ok: before < 2 ? missing : service([deployment(7)]),
    });
    assert.equal((await verdictOf(ecs(late, running))).verdict, "deployed");
  });

  it("is failed when the service is not there at all", async () => {
    const { verdict, message } = await verdictOf(ecs(always(missing), []));
    assert.equal(verdict, "failed");
    assert.match(message, /cluster shop-production has no service api/);
  });

  it("is failed for an image that is not the intended one, and for too few tasks", async () => {
    const moved = task("aaaa", 7, {
      containers: [{ name: "api", image: "shop/api:1", imageDigest: otherDigest }],
    });
    const few = service([deployment(7)], { runningCount: 1 });
    const { verdict, message } = await verdictOf(ecs(always(few), [moved]));
    assert.equal(verdict, "failed");
    assert.match(message, new RegExp(`runs image ${otherDigest}`));
    assert.match(message, /1 of 2 tasks run/);
  });

  it("takes any number of tasks that autoscaling may have chosen", async () => {
    const own = { ...intended, ecs: { ...ecsOf(intended), autoscaling: { min: 1, max: 6 } } };
    const counts = { desiredCount: 5, runningCount: 5 };
    const grown = service([deployment(7, counts)], counts);
    assert.equal((await verdictOf(ecs(always(grown), running), { own })).verdict, "deployed");
    await aws?.stop();
    const seven = service([deployment(7)], { desiredCount: 7, runningCount: 7 });
    assert.equal((await verdictOf(ecs(always(seven), running), { own })).verdict, "failed");
  });

  it("matches with nothing where nothing is to run", async () => {
    const none = { desiredCount: 0, runningCount: 0 };
    const stopped = service([deployment(7, none)], none);
    const { verdict, seen } = await verdictOf(ecs(always(stopped), []), {
      own: { ...intended, replicas: 0 },
    });
    assert.deepEqual([verdict, seen?.containers.length], ["deployed", 0]);
  });

  describe("when AWS refuses", () => {
    it("asks again after a throttled request", async () => {
      const busy: FaultyHandler = (_, before) =>
        before < 2
          ? { error: "ThrottlingException", message: "Rate exceeded" }
          : { ok: service([deployment(7)]) };
      assert.equal((await verdictOf(ecs(busy, running))).verdict, "deployed");
      assert.equal(aws?.count("DescribeServices"), 3);
    });

    it("asks again when the connection breaks off", async () => {
      const broken: FaultyHandler = (_, before) =>
        before < 1 ? "cut" : { ok: service([deployment(7)]) };
      assert.equal((await verdictOf(ecs(broken, running))).verdict, "deployed");
    });

    const refusals: [string, { error: string; message?: string; status?: number }, RegExp][] = [
      [
        "throttled for good",
        { error: "ThrottlingException" },
        /answers no more requests for now \(ThrottlingException, asked 3 times\)/,
      ],
      ["expired credentials", { error: "ExpiredTokenException" }, /the credentials have expired/],
      ["an unknown key", { error: "UnrecognizedClientException" }, /does not know the credentials/],
      [
        "a right that is missing",
        {
          error: "AccessDeniedException",
          message:
            "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecs:DescribeServices on resource: arn:aws:ecs:ap-northeast-1:123456789012:service/shop-production/api because no identity-based policy allows the ecs:DescribeServices action",
        },
        /ecs:DescribeServices on arn:aws:ecs:ap-northeast-1:123456789012:service\/shop-production\/api is not allowed to arn:aws:iam::123456789012:user\/ci/,
      ],
      [
        "an internal error",
        { error: "ServerException", status: 500 },
        /does not answer \(500 ServerException\)/,
      ],
    ];
    for (const [what, answer, words] of refusals) {
      it(`is unverified, never deployed, with ${what}`, async () => {
        const { verdict, message } = await verdictOf(
          ecs(() => answer, running),
          { seconds: 0 },
        );
        assert.equal(verdict, "unverified");
        assert.match(message, words);
      });
    }
  });
});

function ecsOf({ ecs: own }: IntendedService): NonNullable<IntendedService["ecs"]> {
  return own ?? assert.fail();
}
