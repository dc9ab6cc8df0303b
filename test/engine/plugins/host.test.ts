import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { EngineSandbox } from "../../support/engine";

class Thing extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("toy:index:Thing", name, { ...args, out: undefined }, { version: "1.0.0" });
  }
}

describe("the plugin host under the real engine", function () {
  this.timeout(300_000);
  let sandbox: EngineSandbox;
  let journal: string;

  beforeEach(async () => {
    sandbox = await EngineSandbox.create({});
    await sandbox.installPlugin("toy", "test/support/toyPlugin");
    journal = join(sandbox.directory, "journal");
  });

  afterEach(() => sandbox.remove());

  const stackOf = async (things: Record<string, pulumi.Inputs>): Promise<Stack> => {
    const program: PulumiFn = () => {
      for (const [name, args] of Object.entries(things)) new Thing(name, args);
      return Promise.resolve();
    };
    const stack = await sandbox.stack("toys", "test", program);
    stack.workspace.envVars = { ...stack.workspace.envVars, TOY_JOURNAL: journal };
    return stack;
  };
  const journalled = (): string[] =>
    existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : [];

  it("records a half-made resource, and repairs it by the next update", async () => {
    const stack = await stackOf({ a: { does: "fail half-way" } });
    await assert.rejects(stack.up(), /it never became healthy/);
    const [half] = thingsIn(await stack.exportStack());
    assert.equal(half?.id, "half");
    assert.deepEqual(half.initErrors, ["it never became healthy"]);
    assert.deepEqual(half.outputs, { does: "fail half-way" });

    const { summary } = await stack.up();
    assert.deepEqual(summary.resourceChanges, { same: 1, update: 1 });
    const [repaired] = thingsIn(await stack.exportStack());
    assert.equal(repaired?.initErrors, undefined);
    await stack.destroy();
    assert.deepEqual(journalled(), ["create a", "update a", "delete a half"]);
  });

  it("keeps secret in state what was secret in the program", async () => {
    const token = pulumi.secret("hunter2-token");
    const stack = await stackOf({
      a: { does: "nothing", token, nested: { token }, list: ["x", token] },
    });
    await stack.up();
    assert.ok(!(await sandbox.storedState("toys", "test")).includes("hunter2"));
    await stack.destroy();
  });

  it("aborts what is being made when the update is cancelled, and leaves no lock", async () => {
    const stack = await stackOf({ a: { does: "wait" } });
    const cancelled = new AbortController();
    const up = assert.rejects(stack.up({ signal: cancelled.signal }), /cancel/i);
    while (!journalled().includes("create a")) await sleep(50);
    cancelled.abort();
    await up;
    assert.deepEqual(journalled(), ["create a", "aborted a"]);
    assert.deepEqual(thingsIn(await stack.exportStack()), []);
    await stack.destroy();
  });
});

interface RecordedThing {
  readonly type: string;
  readonly id: string;
  readonly initErrors?: string[];
  readonly outputs: unknown;
}

function thingsIn(state: Deployment): RecordedThing[] {
  const { resources = [] } = state.deployment as { resources?: RecordedThing[] };
  return resources.filter(({ type }) => type === "toy:index:Thing");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
