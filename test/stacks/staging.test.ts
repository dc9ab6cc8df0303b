import assert from "node:assert/strict";
import { changesOf, comesTo, isDestroyed, runs } from "../support/aws/lifecycle";
import { AwsStack, imageOf, images } from "../support/aws/stack";
import { whyNoEmulator } from "../support/aws/tool";

const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

describe("staging, whole, on the real engine and an emulator of AWS", function () {
  this.timeout(900_000);
  let aws: AwsStack;
  /** Task definition of the API's first release. */
  let first: string | undefined;

  before(async function () {
    const why = whyNoEmulator();
    if (why !== undefined) {
      console.error(`SKIPPED, NOT TESTED: ${why}`);
      this.skip();
    }
    aws = await AwsStack.start("staging");
  });

  after(async () => {
    await (aws as AwsStack | undefined)?.stop();
  });

  it("comes up, is seen to run what it is to, and has its address", async () => {
    const result = await aws.up();
    comesTo(result, "deployed");
    assert.match(result.urls["webUrl"] ?? "", /^https:\/\/[a-z0-9]+\.cloudfront\.net$/);
    await runs(aws);
    first = (await aws.look("api")).taskDefinition;
  });

  it("has nothing to do then", async () => {
    const result = await aws.up();
    comesTo(result, "unchanged");
    assert.deepEqual(result.resources, []);
  });

  it("runs a new image by a new task definition, and leaves the others alone", async () => {
    const result = await aws.up({ "landfall:images": images({ api: 2 }) });
    comesTo(result, "deployed");
    assert.deepEqual(changesOf(result.resources, DEFINITION), [
      "replace api-definition",
      "replace migrate-definition",
    ]);
    assert.deepEqual(changesOf(result.resources, "aws:ecs/service:Service"), [
      "update api-service",
    ]);
    await runs(aws, { api: 2 });
    assert.notEqual((await aws.look("api")).taskDefinition, first);
  });

  it("goes back to its first release by the task definition that it ran, and registers none for it", async () => {
    const result = await aws.deployer.rollback({ stack: aws.stack, to: 1 });
    comesTo(result, "deployed");
    assert.deepEqual(changesOf(result.resources, DEFINITION), [
      "delete api-definition",
      "replace migrate-definition",
    ]);
    await runs(aws);
    assert.equal((await aws.look("api")).taskDefinition, first);
  });

  it("replaces what cannot be changed, and goes on serving", async () => {
    const result = await aws.up({ "landfall:databasePasswordVersion": "2" });
    comesTo(result, "deployed");
    assert.deepEqual(changesOf(result.resources, "random:index/randomPassword:RandomPassword"), [
      "replace db-password",
    ]);
    await runs(aws);
  });

  it("is rolled back where ECS rolls a crashing image back, and says so", async () => {
    const before = await aws.look("api");
    await aws.emulator.crash(imageOf("api", 3));
    const result = await aws.up({
      "landfall:databasePasswordVersion": "2",
      "landfall:images": images({ api: 3 }),
    });
    comesTo(result, "rolled_back");
    assert.match(result.error?.message ?? "", /circuit breaker|exit code 1/);
    assert.deepEqual((await aws.look("api")).images, before.images);
  });

  it("is gone, all of it, when it is destroyed", () => isDestroyed(aws));
});
