import assert from "node:assert/strict";
import { LandfallError, RefusedError } from "../../../../../automation/errors";
import type { ReleaseMigrations } from "../../../../../automation/migrations/tasks";
import { aws as platform } from "../../../../../automation/platforms/aws";
import type { Deployed, PlatformSession, Undoing } from "../../../../../automation/platforms/types";
import { FaultyAws } from "../../../../support/faultyAws";
import type { FaultyHandler } from "../../../../support/faultyAws";
import { inOperation } from "./fixture";

const at = "arn:aws:ecs:ap-northeast-1:123456789012";
const taskArn = `${at}:task/shop-production/abcdef`;
const definition = (number: number): string => `${at}:task-definition/shop-migrate:${number}`;

const migrations: ReleaseMigrations = {
  ...{ tool: "sql", head: "0002_b", chain: [], downCommand: ["node", "undo.js"] },
  image: "sha256:aa",
};
const undoing: Undoing = {
  ...{ job: "migrate", migrations, command: ["node", "undo.js", "0001_a"], downTo: "0001_a" },
  ran: {
    migrations,
    inputs: {
      ...{ name: "migrate", region: "ap-northeast-1", cluster: "shop-production" },
      ...{ taskDefinition: definition(3), container: "migrate", revision: "r" },
      ...{ subnets: ["subnet-1"], securityGroups: ["sg-1"], logGroup: "/shop/migrate/logs" },
      ...{ startedBy: "landfall-0123", timeoutSeconds: 600, profile: null },
    },
  },
};

/** A stack whose last update has registered another definition of the task, and has failed then. */
function deployedWith(...numbers: readonly number[]): Deployed {
  const resources = numbers.map((number) => ({
    urn: `urn:pulumi:production::shop::aws:ecs/taskDefinition:TaskDefinition::migrate-${number}`,
    type: "aws:ecs/taskDefinition:TaskDefinition",
    outputs: { arn: definition(number) },
  }));
  const state = { pending: [], outputs: {}, secrets: [], publicTexts: new Set(), resources };
  return { state: state as unknown as Deployed["state"], intended: { platform: "aws", urls: {} } };
}

describe("migrations on AWS that are undone", () => {
  let aws: FaultyAws | undefined;

  const ended = (exitCode: number): Record<string, FaultyHandler> => ({
    RunTask: () => ({ ok: { tasks: [{ taskArn }] } }),
    DescribeTasks: () => ({
      ok: {
        tasks: [{ taskArn, lastStatus: "STOPPED", containers: [{ name: "migrate", exitCode }] }],
      },
    }),
    GetLogEvents: () => ({ ok: { events: [{ timestamp: 1, message: "undone 0002_b" }] } }),
  });

  async function inSession<T>(
    handlers: Record<string, FaultyHandler>,
    work: (session: PlatformSession) => Promise<T>,
  ): Promise<T> {
    const fake = await FaultyAws.start(handlers);
    aws = fake;
    const project = { name: "shop", dir: "/nowhere", configSchema: {} };
    try {
      return await inOperation((context) =>
        work({ context, env: fake.env, shortStack: "production", project }),
      );
    } finally {
      await fake.stop();
    }
  }

  it("are undone by a task of the newest definition, which has their files, with the command", async () => {
    const output = await inSession(ended(0), (session) =>
      platform.migrations.undo(session, deployedWith(4), undoing),
    );
    assert.equal(output.trim(), "undone 0002_b");
    const run = aws?.asked.find(({ action }) => action === "RunTask")?.input;
    assert.equal(run?.["taskDefinition"], definition(4));
    assert.deepEqual(run["overrides"], {
      containerOverrides: [{ name: "migrate", command: ["node", "undo.js", "0001_a"] }],
    });
    const logs = aws?.asked.find(({ action }) => action === "GetLogEvents")?.input;
    assert.equal(logs?.["logStreamName"], "migrate/migrate/abcdef");
  });

  it("are undone by the definition that ran, where the state has no other", async () => {
    await inSession(ended(0), (session) =>
      platform.migrations.undo(session, deployedWith(), undoing),
    );
    const run = aws?.asked.find(({ action }) => action === "RunTask")?.input;
    assert.equal(run?.["taskDefinition"], definition(3));
  });

  it("are not, and what was printed says why, when the task fails", async () => {
    await assert.rejects(
      inSession(ended(2), (session) => platform.migrations.undo(session, deployedWith(4), undoing)),
      (error) =>
        error instanceof LandfallError &&
        error.code === "migration_failed" &&
        /exit code 2: undone 0002_b/.test(error.message),
    );
  });

  it("have no copy that could be put back where nothing tells of a database", async () => {
    const backup = { id: "copy", head: "0001_a", takenAt: "2026-01-01T00:00:00Z" };
    await assert.rejects(
      inSession({}, (session) =>
        platform.migrations.restore(session, deployedWith(), migrations, backup),
      ),
      (error) => error instanceof RefusedError,
    );
    const none = await inSession({}, (session) =>
      platform.migrations.backups(session, deployedWith().state, migrations),
    );
    assert.deepEqual(none, []);
  });
});
