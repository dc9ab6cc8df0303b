import assert from "node:assert/strict";
import { InvalidArgumentsError } from "../../../../components/errors";
import type { Args } from "./services";
import { refusing } from "./services";

/** What is wrong, and where the error says so. */
const WRONG: readonly (readonly [string, Args, string])[] = [
  ["a drain that Fargate cuts off", { drain: "121s" }, "drain: must be at most"],
  ["CPU units that there are none of", { aws: { cpuUnits: 1000 } }, "aws.cpuUnits: must be one of"],
  [
    "memory that its CPU units cannot have",
    { aws: { cpuUnits: 256 }, resources: { memory: "4GB" } },
    "resources.memory: must be at most 512MB to 2GB",
  ],
  ["more CPU than Fargate has", { resources: { cpu: 32 } }, "resources.cpu: must be at most 16"],
  ["a check that is too frequent", { health: { interval: "1s" } }, "health.interval: must be from"],
  ["a check that waits too long", { health: { timeout: "90s" } }, "health.timeout: must be from"],
  ["too many retries", { health: { retries: 20 } }, "health.retries: must be at most 10"],
  ["a start that takes too long", { health: { startPeriod: "10m" } }, "health.startPeriod: must"],
  ["a service that is not restarted", { restart: "no" }, 'restart: must be "always"'],
  [
    "a canary of several steps",
    { rollout: { strategy: "canary", steps: [5, 50] } },
    "rollout.steps: must be one share on AWS",
  ],
  [
    "sticky clients",
    { rollout: { strategy: "canary", sticky: { cookie: "c" } } },
    "rollout.sticky: is not available on AWS",
  ],
  [
    "a pause while rolling",
    { rollout: { strategy: "rolling", pause: "1m" } },
    "rollout.pause: is nothing that ECS does",
  ],
  [
    "a bake time while recreating",
    { rollout: { strategy: "recreate", bake: "1m" } },
    "rollout.bake: is nothing that ECS does",
  ],
  [
    "a gate that ECS cannot ask",
    { rollout: { gates: [{ type: "manual" }] } },
    'rollout.gates[0].type: must be "slo" on AWS',
  ],
  [
    "an autoscaling whose most is its least",
    { replicas: 3, aws: { autoscaling: { max: 2 } } },
    "aws.autoscaling.max: must be a whole number from min",
  ],
  [
    "an autoscaling down to none",
    { aws: { autoscaling: { min: 0, max: 2 } } },
    "aws.autoscaling.min: must be a whole number from 1",
  ],
  [
    "a CPU target beyond all",
    { aws: { autoscaling: { max: 2, cpuPercent: 100 } } },
    "aws.autoscaling.cpuPercent: must be",
  ],
  [
    "requests that nobody counts",
    { aws: { autoscaling: { max: 2, requestsPerTask: 10 } } },
    "aws.autoscaling.requestsPerTask: is for public services",
  ],
  [
    "a right to do everything",
    { aws: { policies: [{ actions: ["*"], resources: ["arn:aws:s3:::b/*"] }] } },
    "aws.policies[0].actions[0]: must be an action",
  ],
  [
    "a right to all of a service",
    { aws: { policies: [{ actions: ["s3:*"], resources: ["arn:aws:s3:::b/*"] }] } },
    "aws.policies[0].actions[0]: must be an action",
  ],
  [
    "a right on everything",
    { aws: { policies: [{ actions: ["s3:GetObject"], resources: ["*"] }] } },
    "aws.policies[0].resources[0]: must be the ARN",
  ],
  [
    "an image that one machine alone has",
    { image: { ref: `sha256:${"ab".repeat(32)}` } },
    "image.ref: must name a registry's image",
  ],
  [
    "three routes where traffic is shifted",
    {
      exposure: {
        public: ["/a", "/b", "/c"].map((pathPrefix) => ({ port: 443, pathPrefix })),
      },
    },
    "exposure.public: must be at most two routes",
  ],
];

describe("a service that AWS cannot run", function () {
  this.timeout(120_000);

  let refused: (args: Args) => InvalidArgumentsError;

  before(async () => {
    const { seen, deploy } = await refusing();
    const before = seen.names();
    refused = (args) => {
      try {
        deploy(args);
      } catch (error) {
        assert.ok(error instanceof InvalidArgumentsError);
        assert.deepEqual(seen.names(), before);
        return error;
      }
      assert.fail("it was taken");
    };
  });

  for (const [what, args, message] of WRONG)
    it(`is refused before anything of it is made: ${what}`, () => {
      const error = refused(args);
      assert.ok(error.message.includes(message), error.message);
    });

  it("is told all of its mistakes at once", () => {
    const { problems } = refused({ drain: "5m", restart: "no", resources: { cpu: 32 } });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["resources.cpu", "drain", "restart"],
    );
  });
});
