import * as assert from "node:assert/strict";

import { pinsOf, taskPins } from "../../../../../automation/pins";
import { Problems } from "../../../../../components/errors";
import { sdkConfig } from "../../../../../components/sdkConfig";
import * as pulumi from "@pulumi/pulumi";
import { FaultyAws } from "../../../../support/faultyAws";
import { definition, digest } from "./fixture";

const images = Object.fromEntries(
  [3, 4, 5].map((number) => [
    `service${number}`,
    { image: "x", digest, revision: `r${number}`, taskDefinition: definition(number) },
  ]),
);

const deployed = {
  state: {
    ...{ resources: [], pending: [], outputs: {}, secrets: [] },
    publicTexts: new Set<string>(),
  },
  intended: { platform: "aws", urls: {} },
};

describe("task definitions that a rollback runs again", () => {
  it("are those that ECS still has; the rest is registered anew", async () => {
    const aws = await FaultyAws.start({
      DescribeTaskDefinition: ({ taskDefinition }) =>
        taskDefinition === definition(5)
          ? { error: "ClientException", message: "Unable to describe task definition." }
          : {
              ok: {
                taskDefinition: {
                  status: taskDefinition === definition(3) ? "ACTIVE" : "INACTIVE",
                },
              },
            },
    });
    try {
      const pins = await taskPins({ env: aws.env }, deployed, { images });
      assert.deepEqual(Object.keys(pins), ["landfall-sdk:taskDefinitions"]);
      for (const [key, value] of Object.entries(pins)) pulumi.runtime.setConfig(key, value);
      const problems = new Problems("the test");
      assert.deepEqual(sdkConfig(problems).taskDefinitions, {
        service3: { arn: definition(3), revision: "r3" },
      });
    } finally {
      pulumi.runtime.setConfig("landfall-sdk:taskDefinitions", "");
      await aws.stop();
    }
  });

  it("are none where ECS cannot be asked: nothing depends on them", async () => {
    const aws = await FaultyAws.start({
      DescribeTaskDefinition: () => ({ error: "AccessDeniedException" }),
    });
    try {
      assert.deepEqual(await taskPins({ env: aws.env }, deployed, { images }), {});
    } finally {
      await aws.stop();
    }
  });

  it("do not go along with what another stack is given", () => {
    const pins = pinsOf({ project: "shop", images });
    assert.doesNotMatch(JSON.stringify(pins), /task-definition/);
  });
});
