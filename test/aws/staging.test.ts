import assert from "node:assert/strict";
import type { ResourceChange, UpResult } from "../../automation";
import { AwsStack, imageOf, images } from "../support/aws/stack";
import { whyNoEmulator } from "../support/aws/tool";

const UNPROTECTED = { "landfall:deletionProtection": false };

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

  const verdictOf = ({ verdict, error, unverified, services }: UpResult) =>
    JSON.stringify({ verdict, error, unverified, reasons: services.map(({ reasons }) => reasons) });
  const of = (resources: readonly ResourceChange[], type: string) =>
    resources.filter((each) => each.type === type).map(({ op, name }) => `${op} ${name}`);

  it("comes up, is seen to run what it is to, and has its addresses", async () => {
    const result = await aws.up();
    assert.equal(result.verdict, "deployed", verdictOf(result));
    assert.equal(result.release, 1);
    assert.match(result.urls["webUrl"] ?? "", /^https:\/\/[a-z0-9]+\.cloudfront\.net$/);
    for (const service of ["web", "api", "predictor"]) {
      const { images: running, rolloutState } = await aws.look(service);
      assert.equal(rolloutState, "COMPLETED");
      assert.ok(running.includes(imageOf(service, 1)), running.join());
    }
    first = (await aws.look("api")).taskDefinition;
  });

  it("has nothing to do then", async () => {
    const result = await aws.up();
    assert.equal(result.verdict, "unchanged", verdictOf(result));
    assert.deepEqual(result.resources, []);
  });

  it("runs a new image by a new task definition, and leaves the others alone", async () => {
    const result = await aws.up({ "landfall:images": images({ api: 2 }) });
    assert.equal(result.verdict, "deployed", verdictOf(result));
    assert.deepEqual(of(result.resources, "aws:ecs/taskDefinition:TaskDefinition"), [
      "replace api-definition",
      "replace migrate-definition",
    ]);
    assert.deepEqual(of(result.resources, "aws:ecs/service:Service"), ["update api-service"]);
    const { images: running, taskDefinition } = await aws.look("api");
    assert.deepEqual(running, [imageOf("api", 2)]);
    assert.notEqual(taskDefinition, first);
  });

  it("goes back to its first release by the task definition that it ran, and registers none", async () => {
    const result = await aws.deployer.rollback({ stack: aws.stack, to: 1 });
    assert.equal(result.verdict, "deployed", verdictOf(result));
    const made = of(result.resources, "aws:ecs/taskDefinition:TaskDefinition");
    assert.deepEqual(made, ["delete api-definition"], "migrate has another image's");
    const { images: running, taskDefinition } = await aws.look("api");
    assert.deepEqual([running, taskDefinition], [[imageOf("api", 1)], first]);
  });

  it("replaces what cannot be changed, before what depends on it goes on", async () => {
    const result = await aws.up({ "landfall:databasePasswordVersion": "2" });
    assert.equal(result.verdict, "deployed", verdictOf(result));
    assert.deepEqual(of(result.resources, "random:index/randomPassword:RandomPassword"), [
      "replace db-password",
    ]);
    const { images: running } = await aws.look("api");
    assert.deepEqual(running, [imageOf("api", 1)]);
  });

  it("is rolled back where ECS rolls a crashing image back, and says so", async () => {
    const before = await aws.look("api");
    await aws.emulator.crash(imageOf("api", 3));
    const result = await aws.up({ "landfall:images": images({ api: 3 }) });
    assert.equal(result.verdict, "rolled_back", verdictOf(result));
    assert.match(result.error?.message ?? "", /circuit breaker|exit code 1/);
    assert.deepEqual((await aws.look("api")).images, before.images);
  });

  it("is gone, all of it, when it is destroyed", async () => {
    const open = await aws.up(UNPROTECTED);
    assert.ok(["deployed", "unchanged"].includes(open.verdict), verdictOf(open));
    const { toAllow } = await aws.deployer.destroy({ stack: aws.stack, dryRun: true });
    const result = await aws.deployer.destroy({
      ...{ stack: aws.stack, includeProtected: true, remove: true },
      allowDataLoss: toAllow,
    });
    assert.ok(result.removed, JSON.stringify(result));
    assert.deepEqual(await aws.left(), []);
  });
});
