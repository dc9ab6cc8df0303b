import assert from "node:assert/strict";
import * as path from "node:path";
import type { BackupsArgs } from "../../../../components";
import { Backups, ManagedPostgres } from "../../../../components";
import type { Registrations } from "../../../support/mocks";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { onAws } from "./onAws";
import { containersOf, statementsOf } from "./services";
import { mistakesOf } from "./storeSpecs";

async function backedUp(
  args: Partial<BackupsArgs> = {},
): Promise<{ seen: Registrations; backups: Backups }> {
  let backups: Backups | undefined;
  const seen = await onAws((environment) => {
    const database = new ManagedPostgres("db", { environment, database: "rainbow" });
    backups = new Backups("backups", { environment, database, ...args });
  });
  assert.ok(backups);
  return { seen, backups };
}

interface Target {
  readonly arn: string;
  readonly ecsParameters: {
    readonly taskDefinitionArn: string;
    readonly networkConfiguration: Readonly<Record<string, unknown>>;
  };
}

describe("backups on AWS", () => {
  let seen: Registrations;
  let backups: Backups;
  before(async () => {
    ({ seen, backups } = await backedUp());
  });

  it("are what their snapshot shows", () => {
    matchesSnapshot(seen.only("backups"), path.join(__dirname, "snapshots", "backups.yaml"));
  });

  it("are made every day at 02:00 and kept for 7 days, as the document has it", () => {
    const { scheduleExpression, scheduleExpressionTimezone } =
      seen.named("backups-dump-schedule").inputs;
    assert.deepEqual(
      [scheduleExpression, scheduleExpressionTimezone],
      ["cron(0 2 * * ? *)", "UTC"],
    );
    const rules = JSON.stringify(seen.named("backups-lifecycle").inputs["rules"]);
    assert.match(rules, /"expiration":\{"days":7\}/);
    assert.match(rules, /"noncurrentDays":7/);
  });

  it("are tried every week", () => {
    const { scheduleExpression } = seen.named("backups-drill-schedule").inputs;
    assert.equal(scheduleExpression, "cron(30 5 ? * SUN *)");
  });

  it("run in the private subnets, and reach the database", () => {
    const target = seen.named("backups-dump-schedule").inputs["target"] as Target;
    const { networkConfiguration } = target.ecsParameters;
    assert.deepEqual(networkConfiguration, {
      subnets: ["shop-private-a-id", "shop-private-c-id"],
      securityGroups: ["backups-group-id"],
      assignPublicIp: false,
    });
    const { securityGroupId, referencedSecurityGroupId, fromPort } =
      seen.named("backups-to-db-in").inputs;
    assert.deepEqual(
      [securityGroupId, referencedSecurityGroupId, fromPort],
      ["db-group-id", "backups-group-id", 5432],
    );
  });

  it("dump first, and upload only what has been dumped", () => {
    const { dump, upload } = containersOf(seen, "backups-dump");
    assert.deepEqual(upload?.["dependsOn"], [{ containerName: "dump", condition: "SUCCESS" }]);
    assert.deepEqual([dump?.["essential"], upload["essential"]], [false, true]);
    assert.match(JSON.stringify(dump?.["command"]), /pg_dump --format=custom/);
    assert.deepEqual(
      dump?.secrets?.map(({ name }) => name),
      ["PGPASSWORD"],
    );
    assert.deepEqual(upload.secrets, []);
  });

  it("are tried on a server of the task's own, not as root", () => {
    const { restore } = containersOf(seen, "backups-drill");
    assert.equal(restore?.["user"], "postgres");
    assert.match(JSON.stringify(restore["command"]), /initdb/);
    assert.deepEqual(restore.secrets, []);
  });

  it("are written by a role that can neither read nor delete any, and read by one that cannot write", () => {
    const actions = (task: string) =>
      statementsOf(seen.named(`backups-${task}-task-policy`)).flatMap(({ Action }) => Action);
    assert.deepEqual(actions("dump"), [
      "s3:PutObject",
      "s3:AbortMultipartUpload",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    assert.deepEqual(actions("drill"), ["s3:GetObject", "s3:ListBucket", "kms:Decrypt"]);
  });

  it("are started by a role that may start that task alone, and hand on its two roles", () => {
    const all = statementsOf(seen.named("backups-dump-scheduler-policy"));
    assert.deepEqual(
      all.map(({ Sid, Action, Resource }) => [Sid, Action, Resource.length]),
      [
        ["RunTask", ["ecs:RunTask"], 1],
        ["HandOnRoles", ["iam:PassRole"], 2],
      ],
    );
    assert.ok(all.every(({ Resource }) => !JSON.stringify(Resource).includes("*")));
  });

  it("are missed when there is none for two days, and when a drill fails", () => {
    const overdue = seen.named("backups-overdue").inputs;
    assert.deepEqual(
      [overdue["treatMissingData"], overdue["period"], overdue["evaluationPeriods"]],
      ["breaching", 86_400, 2],
    );
    assert.match(
      String(seen.named("backups-failed-filter").inputs["pattern"]),
      /restore drill failed/,
    );
  });

  it("keep the password out of what they are made of", () => {
    for (const kind of ["dump", "drill"])
      assert.doesNotMatch(
        JSON.stringify(seen.named(`backups-${kind}-definition`).inputs),
        /generated-for/,
      );
  });

  it("tell what somebody needs who wants one now", async () => {
    const { ecs, keepDays, database } = await valueOf(backups.status);
    assert.deepEqual([database, keepDays, ecs?.prefix], ["db", 7, "db/"]);
    assert.match(ecs?.dump ?? "", /taskdefinition/);
  });

  it("are not tried where nobody wants that", async () => {
    const without = (await backedUp({ drill: false })).seen;
    assert.ok(!without.names().some((name) => name.startsWith("backups-drill-task")));
  });

  it("are refused with a time, a day, a disk or days that are none", async () => {
    await onAws((environment) => {
      const database = new ManagedPostgres("db", { environment });
      const drill = { day: "sunday" as "sun", at: "25:00" };
      const wrong = { environment, database, at: "2am", keepDays: 0, drill };
      assert.deepEqual(
        mistakesOf(() => new Backups("backups", wrong)).map((mistake) => mistake.split(":")[0]),
        ["keepDays", "drill.day", "at", "drill.at"],
      );
      assert.match(
        mistakesOf(
          () => new Backups("backups", { environment, database, aws: { diskGib: 5 } }),
        )[0] ?? "",
        /^aws.diskGib: must be a whole number of GiB from 21 to 200, got 5/,
      );
    });
  });
});
