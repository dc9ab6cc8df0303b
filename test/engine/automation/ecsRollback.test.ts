import * as assert from "node:assert/strict";

import { verdictExitCodes } from "../../../automation/errors";
import { FaultyAws } from "../../support/faultyAws";
import {
  definition,
  deployment,
  ecs,
  intended,
  service,
  task,
} from "../../unit/automation/platforms/aws/fixture";
import { testProject } from "./support";
import type { TestProject } from "./support";

const source = `
  const v = config.requireNumber("v");
  const intended = ${JSON.stringify(intended)};
  const taskDefinition = ${JSON.stringify(definition(0))}.replace(/0$/, v);
  new Thing("api", { value: String(v) });
  exports.platform = "aws";
  exports.services = { api: { ...intended, revision: "r" + v, ecs: { ...intended.ecs, taskDefinition } } };`;

/** The engine has done everything that it was asked to; what runs is what ECS has made of it. */
describe("an update that ECS takes back by itself", () => {
  const stack = "production";
  let project: TestProject;
  let aws: FaultyAws;
  let runs = 6;

  beforeEach(async () => {
    runs = 6;
    aws = await FaultyAws.start(
      ecs(
        () => ({
          ok: service([
            deployment(runs, {
              rolloutStateReason:
                runs === 6 ? "ECS deployment circuit breaker: rolling back to ecs-svc/1." : "",
            }),
          ]),
        }),
        [task("aaaa", 6), task("bbbb", 6)],
      ),
    );
    project = await testProject(source);
    project.config(stack, { v: "6" });
  });

  afterEach(async () => {
    project.remove();
    await aws.stop();
  });

  it("ends as rolled back, exit code 3, with the state brought back too", async () => {
    const deployer = project.with({ env: { ...project.env, ...aws.env } });
    assert.equal((await deployer.up({ stack })).verdict, "deployed");
    project.config(stack, { v: "7" });
    const result = await deployer.up({ stack });
    assert.equal(result.verdict, "rolled_back");
    assert.equal(verdictExitCodes[result.verdict], 3);
    assert.match(result.error?.message ?? "", /api: ECS has put shop-production-api:6 back/);
    assert.equal(result.rolledBack?.to, 1);
    const { releases } = await deployer.history({ stack });
    assert.deepEqual(
      releases.map(({ number, state }) => [number, state]),
      [
        [2, "rolled_back"],
        [1, "deployed"],
      ],
    );
    // The state says again what runs.
    assert.equal((await deployer.verify({ stack })).verdict, "deployed");
  });

  it("is rolled back also where Landfall is to leave everything as it is", async () => {
    const deployer = project.with({ env: { ...project.env, ...aws.env } });
    await deployer.up({ stack });
    project.config(stack, { v: "7" });
    const result = await deployer.up({ stack, keepFailed: true });
    assert.deepEqual([result.verdict, result.rolledBack], ["rolled_back", undefined]);
    const again = await deployer.up({ stack, keepFailed: true });
    assert.equal(again.verdict, "rolled_back", "nothing has changed, and it is no success");
    assert.equal((await deployer.verify({ stack })).verdict, "rolled_back");
  });
});
