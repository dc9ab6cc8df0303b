import assert from "node:assert/strict";

import fc from "fast-check";

import type { DeployEvent } from "../../../../automation/events";
import { cells } from "../../../../automation/cli/render/text";
import { createStyle } from "../../../../automation/cli/render/style";
import { renderFinal, renderLive } from "../../../../automation/cli/render/tree";
import { asciiStyle, at, modelOf, redeploy, step, urnOf, viewAt } from "../support";

describe("the live tree", () => {
  it("groups what changes by component, and only counts what stays the same", () => {
    assert.deepEqual(renderLive(modelOf(redeploy()), viewAt(7.2)), [
      "⠋ up dev · update · 1 running, 1 created, 1 updated, 3 same 7.2s",
      "  • api ApiService",
      "    ~ Image api-image      updated    4.0s  [build]",
      "    + Container api-9c1d-0 created    1.4s",
      "    ⠋ Container api-9c1d-1 creating   2.6s",
    ]);
  });

  it("shows the last line of a long step, without its colours", () => {
    const urn = urnOf("Container api-9c1d-1");
    const message = "Step 1/2 : FROM node\n\u001b[33mStep 2/2 : RUN npm ci\u001b[0m\n";
    const said = at(7, { kind: "diagnostic", severity: "info", ephemeral: true, message, urn });
    const lines = renderLive(modelOf([...redeploy(), said]), viewAt(7.2));
    assert.equal(lines.at(-1), "    ⠋ Container api-9c1d-1 creating   2.6s  Step 2/2 : RUN npm ci");
  });

  it("degrades to ASCII", () => {
    const lines = renderLive(modelOf(redeploy()), viewAt(7.2, { style: asciiStyle }));
    assert.match(lines.join("\n"), /^[\x20-\x7e\n]*$/);
    assert.equal(lines[1], "  * api ApiService");
  });

  it("gives up columns and the middle of names on a narrow terminal", () => {
    assert.deepEqual(renderLive(modelOf(redeploy()), viewAt(7.2, { width: 36 })), [
      "⠋ up dev · update · 1 running… 7.2s",
      "  • api ApiService",
      "    ~ Image api-image      updated",
      "    + Container api-9c1d-0 created",
      "    ⠋ Container api-9c1d-1 creating",
    ]);
  });

  it("sums up what is settled when the screen is too low, the unfinished stays", () => {
    const events = [
      ...redeploy(),
      step(6.5, "RedisCache cache", "Stack dev", "create", "started"),
      step(6.6, "Container cache", "RedisCache cache", "create", "started"),
      step(6.8, "Container cache", "RedisCache cache", "create", "done"),
    ];
    assert.deepEqual(renderLive(modelOf(events), viewAt(7.2, { height: 6 })).slice(1), [
      "  • api ApiService",
      "    ~ Image api-image      updated    4.0s  [build]",
      "    + Container api-9c1d-0 created    1.4s",
      "    ⠋ Container api-9c1d-1 creating   2.6s",
      "  ✔ cache RedisCache · 1 created",
    ]);
    assert.deepEqual(renderLive(modelOf(events), viewAt(7.2, { height: 4 })).slice(1), [
      "  • api ApiService · 1 updated, 1 created",
      "    ⠋ Container api-9c1d-1 creating   2.6s",
      "  ✔ cache RedisCache · 1 created",
    ]);
    assert.deepEqual(renderLive(modelOf(events), viewAt(7.2, { height: 2 })).slice(1), [
      "  … 1 more",
    ]);
  });

  it("keeps failures in sight before anything else", () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      step(1, `Container api-${i}`, "ApiService api", "create", "started"),
    );
    const failed = step(2, "Container api-7", "ApiService api", "create", "failed");
    const lines = renderLive(modelOf([...many, failed]), viewAt(3, { height: 4 }));
    assert.deepEqual(lines.slice(1), [
      "    ⠋ Container api-0 creating        2.0s",
      "    ✖ Container api-7 create failed   1.0s",
      "  … 7 more",
    ]);
  });

  it("shows what it waits for instead of a phase", () => {
    const lock = at(1, {
      kind: "lock",
      state: "waiting",
      holder: "ada@host (42)",
      remainingSeconds: 29.2,
    });
    assert.deepEqual(renderLive(modelOf([lock]), viewAt(2)), [
      "⠋ up dev · waiting for the lock of ada@host (42) (30s left) 2.0s",
    ]);
  });

  it("shows a replacement's steps as one resource", () => {
    const replace = (seconds: number, state: "started" | "done"): DeployEvent =>
      step(seconds, "Container db", "ManagedPostgres db", "replace", state);
    const events = [replace(1, "started"), replace(2, "done"), replace(2, "started")];
    const shown = (list: DeployEvent[]): string | undefined =>
      renderLive(modelOf(list), viewAt(5)).at(-1);
    assert.equal(shown(events.slice(0, 2)), "    ± Container db replaced   1.0s");
    assert.equal(shown(events), "    ⠋ Container db replacing   4.0s");
    assert.equal(shown([...events, replace(4, "done")]), "    ± Container db replaced   3.0s");
  });

  it("says in a preview what is to be done, and with which properties", () => {
    const planned = { planned: true, keys: ["image", "env"] };
    const events = [
      step(1, "Container api", "ApiService api", "update", "started", planned),
      step(1, "Container api", "ApiService api", "update", "done", planned),
    ];
    assert.deepEqual(renderFinal(modelOf(events), viewAt(2)), [
      "  • api ApiService",
      "    ~ Container api update         [image, env]",
    ]);
  });

  it("ends with everything that changed, and with what was cut off", () => {
    assert.deepEqual(renderFinal(modelOf(redeploy()), viewAt(7.2)), [
      "  • api ApiService",
      "    ~ Image api-image      updated          4.0s  [build]",
      "    + Container api-9c1d-0 created          1.4s",
      "    ▲ Container api-9c1d-1 create cut off   2.6s",
    ]);
  });

  it("shows a default provider only when it fails", () => {
    const label = "pulumi:providers:docker default";
    const urn = `urn:pulumi:dev::landfall::${label.replace(" ", "::")}`;
    const resource = { urn, type: "pulumi:providers:docker", name: "default", keys: [] };
    const event = (state: "done" | "failed"): DeployEvent =>
      at(1, { kind: "resource", ...resource, op: "create", state, planned: false });
    assert.deepEqual(renderFinal(modelOf([event("done")]), viewAt(2)), []);
    assert.deepEqual(renderFinal(modelOf([event("failed")]), viewAt(2)), [
      "  ✖ provider docker default create failed   0.0s",
    ]);
  });

  it("never exceeds the terminal, whatever comes", () => {
    const label = fc.constantFrom(
      "Image a",
      "Container bbbbbbbbbbbbbbbbbbbbbbb-2",
      "Volume 予測データ",
    );
    const parent = fc.constantFrom("Stack dev", "ApiService api", "ManagedPostgres db");
    const op = fc.constantFrom(
      ...(["create", "update", "replace", "delete", "same", "refresh"] as const),
    );
    const state = fc.constantFrom(...(["started", "done", "failed"] as const));
    const event = fc.tuple(fc.nat(9), label, parent, op, state).map((args) => step(...args));
    const size = {
      width: fc.integer({ min: 1, max: 120 }),
      height: fc.integer({ min: 1, max: 12 }),
    };
    const style = createStyle({ color: true, unicode: true });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 30 }),
        fc.record(size),
        (events, { width, height }) => {
          const view = viewAt(10, { width, height, style });
          const lines = renderLive(modelOf(events), view);
          assert.ok(lines.length <= height);
          for (const line of lines)
            assert.ok(cells(line) <= width, `${cells(line)} > ${width}: ${line}`);
        },
      ),
    );
  });
});
