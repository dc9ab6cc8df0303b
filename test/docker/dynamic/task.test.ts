import assert from "node:assert/strict";
import { task } from "../../../components/docker/dynamic/handlers";
import type { TaskInputs } from "../../../components/docker/dynamic/types";
import { client, SERVER_IMAGE, Testbed } from "./testbed";

const SECRET = "a-secret-of-the-task";

describe("a task", function () {
  this.timeout(60_000);
  let bed: Testbed;

  before(async () => {
    bed = await Testbed.start("lfrt-task");
  });

  after(() => bed.stop());

  const inputs = (script: string, change: Partial<TaskInputs> = {}): TaskInputs => ({
    name: "lfrt-task-migrate",
    image: SERVER_IMAGE,
    command: ["sh", "-c", script],
    networks: [bed.network],
    labels: { "landfall.role": "task" },
    timeoutSeconds: 20,
    revision: "r1",
    ...change,
  });

  const left = async () =>
    client.listContainers({ all: true, filters: { label: ["landfall.task=lfrt-task-migrate"] } });

  it("runs to its end, hands back what it printed without secrets, and leaves nothing behind", async () => {
    const env = { DATABASE_URL: `postgres://app:${SECRET}@db/app`, MODE: "up" };
    const script = `echo "$MODE to $DATABASE_URL"; echo warned >&2; getent hosts db`;
    const { id, outs } = await task.create(inputs(script, { env, hosts: ["db:10.9.8.7"] }));
    assert.equal(id, "lfrt-task-migrate");
    assert.equal(outs.exitCode, 0);
    assert.match(outs.output, /up to \[secret\]/);
    assert.match(outs.output, /warned/);
    assert.match(outs.output, /10\.9\.8\.7/);
    assert.deepEqual(await left(), []);
  });

  it("fails with exit code and output", async () => {
    await assert.rejects(
      task.create(inputs("echo column exists already; exit 7")),
      /task "lfrt-task-migrate" failed with exit code 7[^]*column exists already/,
    );
    assert.deepEqual(await left(), []);
  });

  it("is killed at its time-out, and says so", async () => {
    const started = performance.now();
    await assert.rejects(
      task.create(inputs("echo began; sleep 60", { timeoutSeconds: 2 })),
      /did not end within 2 s and was killed[^]*began/,
    );
    assert.ok(performance.now() - started < 15_000);
    assert.deepEqual(await left(), []);
  });

  it("tells when it ran out of memory", async () => {
    const script = `node -e 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))'`;
    await assert.rejects(
      task.create(inputs(script, { memoryMb: 64 })),
      /failed with exit code \d+ \(out of memory\)/,
    );
  });

  it("waits for the container that a killed run has left at work, and then runs itself", async () => {
    const leftover = await client.createContainer({
      name: "lfrt-task-migrate",
      Image: SERVER_IMAGE,
      Cmd: ["sleep", "2"],
      Labels: { "landfall.task": "lfrt-task-migrate" },
      HostConfig: { Init: true, NetworkMode: "none" },
    });
    await leftover.start();
    const started = performance.now();
    const { outs } = await task.create(inputs("echo after"));
    assert.ok(performance.now() - started > 1500, "did not wait");
    assert.equal(outs.output, "after");
    assert.deepEqual(await left(), []);
  });

  it("never touches a container that is not a task", async () => {
    const other = await client.createContainer({
      name: "lfrt-task-migrate",
      Image: SERVER_IMAGE,
      Cmd: ["sleep", "60"],
      HostConfig: { NetworkMode: "none" },
    });
    try {
      await assert.rejects(task.create(inputs("true")), /is not a task of Landfall/);
      await assert.rejects(
        task.delete("lfrt-task-migrate", { ...inputs("true"), exitCode: 0, output: "" }),
        /is not a task of Landfall/,
      );
      await other.inspect();
    } finally {
      await other.remove({ force: true });
    }
  });

  it("runs again for another revision, and not for another time-out", async () => {
    const { outs } = await task.create(inputs("date +%N"));
    const longer = await task.update("t", outs, inputs("date +%N", { timeoutSeconds: 30 }));
    assert.equal(longer.outs.output, outs.output);
    const again = await task.update("t", outs, inputs("date +%N", { revision: "r2" }));
    assert.notEqual(again.outs.output, outs.output);
  });

  it("names the image when there is none of that name", async () => {
    await assert.rejects(
      task.create(inputs("true", { image: "landfall.invalid/none:1" })),
      /cannot create task "lfrt-task-migrate" of image landfall\.invalid\/none:1: No such image/,
    );
  });
});
