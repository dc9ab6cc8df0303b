import * as assert from "node:assert/strict";

import { aws as platform } from "../../../../../automation/platforms/aws";
import type { Deployed } from "../../../../../automation/platforms/types";
import { FaultyAws } from "../../../../support/faultyAws";
import type { FaultyHandler } from "../../../../support/faultyAws";
import { definition, digest, inOperation, intended } from "./fixture";

const deployed: Deployed = {
  state: { resources: [], pending: [], outputs: {}, secrets: [], publicTexts: new Set() },
  intended: { platform: "aws", urls: {}, services: { api: intended } },
};
const release = (number: number) => ({
  images: { api: { image: "x", digest, revision: "r", taskDefinition: definition(number) } },
});

/** ECS with these definitions of the service in two pages, and one of a family whose name begins alike. */
function listing(numbers: readonly number[]): FaultyHandler {
  const [first = 0, ...rest] = numbers;
  const other = definition(1).replace("-api:", "-api-admin:");
  return ({ nextToken }) => ({
    ok:
      nextToken === undefined
        ? { taskDefinitionArns: [other, definition(first)], nextToken: "more" }
        : { taskDefinitionArns: rest.map(definition) },
  });
}

describe("task definitions of services on AWS", () => {
  let aws: FaultyAws | undefined;

  afterEach(async () => {
    await aws?.stop();
    aws = undefined;
  });

  const asking = async (
    handlers: Record<string, FaultyHandler>,
    run: (session: Parameters<NonNullable<typeof platform.images.keep>>[0]) => Promise<void>,
  ): Promise<unknown[]> => {
    const fake = (aws = await FaultyAws.start(handlers));
    await inOperation((context) => run({ env: fake.env, context } as Parameters<typeof run>[0]));
    return fake.asked
      .filter(({ action }) => action === "DeregisterTaskDefinition")
      .map(({ input }) => input["taskDefinition"]);
  };
  const gone: FaultyHandler = () => ({ ok: {} });

  it("stay while they run or a kept release has them, and are deregistered after that", async () => {
    const handlers = {
      ListTaskDefinitions: listing([3, 4, 5, 6, 7]),
      DeregisterTaskDefinition: gone,
    };
    const removed = await asking(handlers, (session) =>
      platform.images.keep(session, deployed, [release(5), release(6)]),
    );
    assert.deepEqual(removed, [definition(3), definition(4)]);
    assert.deepEqual(aws?.asked[0]?.input, {
      familyPrefix: "shop-production-api",
      status: "ACTIVE",
    });
  });

  it("are deregistered, all of them, once the stack's resources are deleted", async () => {
    const handlers = { ListTaskDefinitions: listing([6, 7]), DeregisterTaskDefinition: gone };
    const removed = await asking(handlers, (session) =>
      platform.leftovers.removeRest(session, deployed),
    );
    assert.deepEqual(removed, [definition(6), definition(7)]);
  });

  it("may be gone already", async () => {
    const handlers: Record<string, FaultyHandler> = {
      ListTaskDefinitions: listing([6, 7]),
      DeregisterTaskDefinition: ({ taskDefinition }) =>
        taskDefinition === definition(6) ? { error: "ClientException" } : { ok: {} },
    };
    const removed = await asking(handlers, (session) =>
      platform.leftovers.removeRest(session, deployed),
    );
    assert.equal(removed.length, 2);
  });

  it("are not asked for where nothing is deployed", async () => {
    const nothing = { ...deployed, intended: { platform: "aws", urls: {} } };
    await asking({}, (session) => platform.images.keep(session, nothing, []));
    assert.deepEqual(aws?.asked, []);
  });
});
