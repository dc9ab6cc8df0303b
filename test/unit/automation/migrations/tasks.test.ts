import assert from "node:assert/strict";
import { AttemptedMigrations, migratingTasks } from "../../../../automation/migrations/tasks";
import type { EngineEvent } from "../../../../automation/engine/types";
import type { StackState } from "../../../../automation/engine/state";

const chain = [
  { id: "0001_a", contracting: false, down: true },
  { id: "0002_b", contracting: true, down: false, tolerates: "0001_a" },
];
const common = { job: "migrate", tool: "sql", head: "0002_b", chain };
const database = { component: "db", name: "app", role: "app" };

const onDocker = {
  type: "pulumi-nodejs:dynamic/landfall:Task",
  inputs: {
    ...{ name: "shop-migrate", image: "sha256:aa", revision: "r", command: ["node", "migrate.js"] },
    schema: { ...common, beyond: [], database: { ...database, server: "shop-db" }, backups: "b" },
  },
};
const onAws = {
  type: "pulumi-nodejs:dynamic/landfall:EcsTask",
  inputs: {
    ...{
      name: "migrate",
      image: "sha256:aa",
      revision: "r",
      taskDefinition: "arn:aws:ecs:x:1:y:1",
    },
    schema: { ...common, database: { ...database, server: "shop-test-db" }, backups: true },
  },
};

function stateOf(task: object, outputs: object = {}): Pick<StackState, "resources"> {
  const resources = [{ ...task, urn: "urn:x", outputs }];
  return { resources: resources as unknown as StackState["resources"] };
}

function attempting(task: { type: string; inputs: object }): AttemptedMigrations {
  const attempted = new AttemptedMigrations();
  const metadata = { type: task.type, new: { inputs: task.inputs } };
  attempted.see({ resourcePreEvent: { metadata } } as unknown as EngineEvent);
  return attempted;
}

for (const [where, task, server, folder] of [
  ["Docker", onDocker, "shop-db", "b"],
  ["AWS", onAws, "shop-test-db", undefined],
] as const)
  describe(`the migrations of a task on ${where}`, () => {
    it("are what a release keeps: no inputs of the task, and nothing that only its next run needs", () => {
      const backup = { id: "copy", head: "0001_a", takenAt: "2026-01-01T00:00:00Z" };
      const state = stateOf(task, { output: `${"x".repeat(5000)}end`, backup });
      const found = migratingTasks(state).get("migrate");
      const { output, ...migrations } = found?.migrations ?? assert.fail();
      assert.deepEqual(migrations, {
        ...{ tool: "sql", head: "0002_b", chain, image: "sha256:aa", backup },
        database: { ...database, server },
        ...(folder === undefined ? {} : { backups: folder }),
      });
      assert.equal(output?.length, 4000);
      assert.equal(found?.inputs["revision"], "r");
    });

    it("are none of a task that is about to be deleted, that migrates nothing, or that is not understood", () => {
      const { schema, ...inputs } = task.inputs;
      const others = [
        { ...task, delete: true },
        { ...task, inputs },
        { ...task, inputs: { ...inputs, schema: null } },
        { ...task, inputs: { ...inputs, schema: { ...schema, chain: "0001_a" } } },
        { ...task, type: "docker:index/container:Container" },
      ];
      for (const other of others) assert.equal(migratingTasks(stateOf(other)).size, 0);
    });

    it("are those of an update that has failed, where it has set out for others than the state has", () => {
      const attempted = attempting(task);
      const same = stateOf(task, { output: "done", backup: null });
      assert.equal(attempted.beside(same)["migrate"]?.output, "done");
      const former = { ...task, inputs: { ...task.inputs, image: "sha256:bb" } };
      const { migrate } = attempted.beside(stateOf(former, { output: "done" }));
      assert.deepEqual([migrate?.image, migrate?.output], ["sha256:aa", undefined]);
    });
  });
