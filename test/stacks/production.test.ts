import assert from "node:assert/strict";
import { changesOf, comesTo, isDestroyed, runs } from "../support/aws/lifecycle";
import { AwsStack, images } from "../support/aws/stack";
import { whyNoEmulator } from "../support/aws/tool";

describe("production, whole, on the real engine and an emulator of AWS, held to its policies", function () {
  this.timeout(900_000);
  let aws: AwsStack;

  before(async function () {
    const why = whyNoEmulator();
    if (why !== undefined) {
      console.error(`SKIPPED, NOT TESTED: ${why}`);
      this.skip();
    }
    aws = await AwsStack.start("production");
  });

  after(async () => {
    await (aws as AwsStack | undefined)?.stop();
  });

  it("comes up with all of its policies kept, and is seen to run what it is to", async () => {
    comesTo(await aws.up(), "deployed");
    await runs(aws);
  });

  it("has nothing to do then", async () => {
    const result = await aws.up();
    comesTo(result, "unchanged");
    assert.deepEqual(result.resources, []);
  });

  it("runs new images, and goes back to those before", async () => {
    comesTo(await aws.up({ "landfall:images": images({ api: 2, web: 2 }) }), "deployed");
    await runs(aws, { api: 2, web: 2 });
    const result = await aws.deployer.rollback({ stack: aws.stack });
    comesTo(result, "deployed");
    assert.deepEqual(changesOf(result.resources, "aws:ecs/service:Service"), [
      "update api-service",
      "update web-service",
    ]);
    await runs(aws);
  });

  it("is gone, all of it, when it is destroyed", () => isDestroyed(aws));
});
