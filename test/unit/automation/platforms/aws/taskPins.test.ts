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

  it("are not those that name a role, a secret or a log group that the stack has no more", async () => {
    const secret =
      "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:/shop/production/api-AbCdEf";
    const [role, group] = [
      "arn:aws:iam::123456789012:role/shop-production-api",
      "/shop/production/api",
    ];
    const aws = await FaultyAws.start({
      DescribeTaskDefinition: ({ taskDefinition }) => ({
        ok: {
          taskDefinition: {
            status: "ACTIVE",
            taskRoleArn: role,
            containerDefinitions: [
              {
                // The fourth names the one before the secret was made anew.
                secrets: [
                  {
                    name: "KEY",
                    valueFrom: `${taskDefinition === definition(4) ? secret.slice(0, -6) + "UvWxYz" : secret}:key::`,
                  },
                ],
                logConfiguration: { options: { "awslogs-group": group } },
              },
            ],
          },
        },
      }),
    });
    const resource = (outputs: Record<string, unknown>) => ({
      ...{ urn: "urn:pulumi:a::b::c::d", custom: true, type: "d", outputs },
    });
    const pinned = async (...outputs: Record<string, unknown>[]) => {
      const state = { ...deployed.state, resources: outputs.map(resource) };
      const pins = await taskPins({ env: aws.env }, { ...deployed, state }, { images });
      const [text = "{}"] = Object.values(pins);
      return Object.keys(JSON.parse(text) as object);
    };
    try {
      const all = [{ arn: role }, { arn: secret }, { name: group }];
      assert.deepEqual(await pinned(...all), ["service3", "service5"]);
      assert.deepEqual(await pinned(...all.slice(0, 2)), []);
      assert.deepEqual(await pinned(...all.slice(1)), []);
    } finally {
      await aws.stop();
    }
  });

  it("are not those that the state has: the program asks for them by itself", async () => {
    const aws = await FaultyAws.start({
      DescribeTaskDefinition: () => ({ ok: { taskDefinition: { status: "ACTIVE" } } }),
    });
    try {
      const type = "aws:ecs/taskDefinition:TaskDefinition";
      const outputs = { arn: definition(4) };
      const resource = { urn: `urn:pulumi:a::b::${type}::d`, custom: true, type, outputs };
      const state = { ...deployed.state, resources: [resource] };
      const pins = await taskPins({ env: aws.env }, { ...deployed, state }, { images });
      const [text = "{}"] = Object.values(pins);
      assert.deepEqual(Object.keys(JSON.parse(text) as object), ["service3", "service5"]);
    } finally {
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
