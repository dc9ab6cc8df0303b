import * as assert from "node:assert/strict";

import { aws as platform } from "../../../../../automation/platforms/aws";
import { FaultyAws } from "../../../../support/faultyAws";
import type { FaultyHandler } from "../../../../support/faultyAws";
import { startOperation } from "../../../../../automation/operation";
import { fastClock } from "./fixture";

const source = {
  id: JSON.stringify(["ap-northeast-1", "/shop/production/api", "api/api/aaaa"]),
  name: "aaaa",
  service: "api",
};

/** CloudWatch, whose page after each token is fixed; a token that leads nowhere is its own next one. */
const pages =
  (events: Readonly<Record<string, readonly [number, string][]>>): FaultyHandler =>
  ({ nextToken = "f/0" }) => {
    const number = Number(String(nextToken).slice(2));
    const found = events[String(number)];
    const next = found === undefined ? number : number + 1;
    return {
      ok: {
        events: (found ?? []).map(([timestamp, message]) => ({ timestamp, message })),
        nextForwardToken: `f/${next}`,
      },
    };
  };

describe("logs that are followed on CloudWatch", () => {
  it("goes on from its last token, over empty pages and refusals for a while, until it is cancelled", async () => {
    let more: Record<string, readonly [number, string][]> = {
      0: [[1000, "one\n"]],
      1: [],
      2: [
        [1000, "two"],
        [2000, "three"],
      ],
    };
    const aws = await FaultyAws.start({
      GetLogEvents: (input, before) =>
        before === 5 ? { error: "ThrottlingException" } : pages(more)(input, before),
    });
    const abort = new AbortController();
    const clock = fastClock();
    const seen: string[] = [];
    const operation = startOperation(
      { operation: "logs", stack: "production", clock },
      { signal: abort.signal },
      async (context) => {
        const project = { name: "shop", dir: "/nowhere", configSchema: {} };
        const session = { context, env: aws.env, shortStack: "production", project };
        for await (const { at, line } of platform.logs.follow(session, source, { since: 1000 })) {
          seen.push(`${at} ${line}`);
          if (line === "three") more = { ...more, 3: [[3000, "four"]] };
          if (line === "four") abort.abort();
        }
      },
    );
    try {
      await operation.result;
    } finally {
      await aws.stop();
    }
    assert.deepEqual(seen, [
      "1970-01-01T00:00:01.000000000Z one",
      "1970-01-01T00:00:01.000000001Z two",
      "1970-01-01T00:00:02.000000000Z three",
      "1970-01-01T00:00:03.000000000Z four",
    ]);
  });

  it("ends with a stream that is gone", async () => {
    const aws = await FaultyAws.start({
      GetLogEvents: () => ({ error: "ResourceNotFoundException" }),
    });
    const lines: string[] = [];
    await startOperation(
      { operation: "logs", stack: "production", clock: fastClock() },
      {},
      async (context) => {
        const project = { name: "shop", dir: "/nowhere", configSchema: {} };
        const session = { context, env: aws.env, shortStack: "production", project };
        for await (const { line } of platform.logs.follow(session, source, {})) lines.push(line);
      },
    ).result.finally(() => aws.stop());
    assert.deepEqual(lines, []);
  });
});
