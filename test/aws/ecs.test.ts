import assert from "node:assert/strict";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { ecsRolloutWith } from "../../components/aws/dynamic/rollout";
import { AwsEmulator } from "../support/aws/emulator";
import { whyNoEmulator } from "../support/aws/tool";

const region = "ap-northeast-1";
const rollout = ecsRolloutWith({ intervalMs: 50, settleMs: 200, missingMs: 300 });

describe("the gate of a service, on an emulator of AWS", function () {
  this.timeout(300_000);
  const former = new Map<string, string | undefined>();
  let emulator: AwsEmulator | undefined;
  let client: ECSClient;

  before(async function () {
    const why = whyNoEmulator();
    if (why !== undefined) {
      console.error(`SKIPPED, NOT TESTED: ${why}`);
      this.skip();
    }
    emulator = await AwsEmulator.start();
    for (const [name, value] of Object.entries(emulator.env)) {
      former.set(name, process.env[name]);
      process.env[name] = value;
    }
    client = new ECSClient({ region });
    await client.send(new CreateClusterCommand({ clusterName: "shop" }));
  });

  after(async () => {
    for (const [name, value] of former)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    await emulator?.stop();
  });

  async function register(image = "nginx:1.27"): Promise<string> {
    const { taskDefinition } = await client.send(
      new RegisterTaskDefinitionCommand({
        family: "api",
        containerDefinitions: [{ name: "api", image, memory: 256 }],
      }),
    );
    return taskDefinition?.taskDefinitionArn ?? "";
  }

  const inputs = (taskDefinition: string) => ({
    region,
    cluster: "shop",
    service: "api",
    container: "api",
    taskDefinition,
    atLeast: 1,
    atMost: 1,
    deadlineSeconds: 5,
  });

  it("reads what is there, sets the number of tasks, and asks for what PRIMARY does not run", async () => {
    const [first, second] = [await register(), await register()];
    await client.send(
      new CreateServiceCommand({
        cluster: "shop",
        serviceName: "api",
        taskDefinition: first,
        desiredCount: 0,
      }),
    );
    const look = async () => {
      const command = new DescribeServicesCommand({ cluster: "shop", services: ["api"] });
      return (await client.send(command)).services?.[0];
    };
    await rollout.create(inputs(first));
    assert.equal((await look())?.desiredCount, 1);
    await rollout.create(inputs(second));
    assert.equal((await look())?.taskDefinition, second);
  });

  it("fails with ECS's reasons when the circuit breaker puts the former tasks back", async () => {
    const broken = await register("broken:1");
    await emulator?.crash("broken:1");
    await assert.rejects(
      rollout.create(inputs(broken)),
      /service "api": it failed: .*circuit breaker: tasks failed to start[^]*exit code 1/,
    );
  });

  it("fails for a service that is not there", async () => {
    const { taskDefinition, ...rest } = inputs(await register());
    await assert.rejects(
      rollout.create({ ...rest, taskDefinition, service: "other" }),
      /service "other": it is not active in cluster "shop"/,
    );
  });
});
