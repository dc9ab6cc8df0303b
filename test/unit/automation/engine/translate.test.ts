import * as assert from "node:assert/strict";

import { EventTranslator } from "../../../../automation/engine/translate";
import type { EngineEvent, StepMetadata } from "../../../../automation/engine/types";

const urn =
  "urn:pulumi:dev::shop::landfall:index:ApiService$docker:index/container:Container::api-0";
const step = (op: string, more: Partial<StepMetadata> = {}): StepMetadata => ({
  op,
  urn,
  type: "docker:index/container:Container",
  ...more,
});
const event = (body: Partial<EngineEvent>): EngineEvent => ({ sequence: 1, timestamp: 1, ...body });

describe("EventTranslator", () => {
  let time = 0;
  const translator = (): EventTranslator => new EventTranslator(() => time);

  it("tells a resource's beginning and end, with its keys and how long it took", () => {
    const t = translator();
    const metadata = step("update", { detailedDiff: { image: {}, envs: {} }, diffs: ["x"] });
    t.translate(event({ resourcePreEvent: { metadata } }));
    time += 250;
    assert.deepEqual(t.translate(event({ resOutputsEvent: { metadata } })), [
      {
        kind: "resource",
        urn,
        type: "docker:index/container:Container",
        name: "api-0",
        op: "update",
        state: "done",
        keys: ["image", "envs"],
        planned: false,
        durationMs: 250,
      },
    ]);
    assert.deepEqual(t.changes, { create: 0, update: 1, replace: 0, delete: 0, same: 0 });
  });

  it("counts a replacement once, and no providers", () => {
    const t = translator();
    for (const op of ["create-replacement", "replace", "delete-replaced"]) {
      t.translate(event({ resOutputsEvent: { metadata: step(op) } }));
    }
    const provider = step("create", {
      urn: "urn:pulumi:dev::shop::pulumi:providers:docker::d",
      type: "pulumi:providers:docker",
    });
    t.translate(event({ resOutputsEvent: { metadata: provider } }));
    assert.deepEqual(t.changes, { create: 0, update: 0, replace: 1, delete: 0, same: 0 });
    assert.deepEqual(
      t.resources.map(({ name, op }) => [name, op]),
      [["api-0", "replace"]],
    );
  });

  it("takes the engine's own counts when they come", () => {
    const t = translator();
    t.translate(event({ resOutputsEvent: { metadata: step("create") } }));
    assert.equal(t.hasSummary, false);
    t.translate(
      event({
        summaryEvent: { durationSeconds: 2, resourceChanges: { create: 4, same: 3, import: 1 } },
      }),
    );
    assert.equal(t.hasSummary, true);
    assert.deepEqual(t.changes, { create: 5, update: 0, replace: 0, delete: 0, same: 3 });
  });

  it("keeps diagnostics without colours, passes over debug lines, and marks progress as ephemeral", () => {
    const t = translator();
    const say = (severity: string, message: string, ephemeral = false): unknown[] =>
      t.translate(event({ diagnosticEvent: { severity, message, ephemeral } }));
    assert.deepEqual(say("debug", "secret internals"), []);
    assert.deepEqual(say("info#err", "\n"), []);
    say("error", "<{%fg 1%}>\u001b[31mbroken<{%reset%}>\n");
    assert.equal(say("info", "50%", true).length, 1);
    assert.deepEqual(t.diagnostics, [{ severity: "error", message: "broken" }]);
  });

  it("does not count what failed as changed, and remembers whose it was", () => {
    const t = translator();
    const metadata = step("create", {
      new: { parent: "urn:pulumi:dev::shop::landfall:index:ApiService::api" },
    });
    t.translate(event({ resourcePreEvent: { metadata } }));
    const [body] = t.translate(event({ resOpFailedEvent: { metadata } }));
    assert.equal(body?.kind === "resource" && body.state, "failed");
    assert.equal(t.changes.create, 0);
    assert.match(t.failures[0]?.parent ?? "", /ApiService::api$/);
    assert.equal(t.began, true);
  });
});
