import assert from "node:assert/strict";

import type { DeployEvent } from "../../../../automation/events";
import { createModel } from "../../../../automation/cli/render/model";
import { plainLines, stillRunning } from "../../../../automation/cli/render/plain";
import { at, modelOf, plainStyle, redeploy, start, step, urnOf } from "../support";

function linesOf(events: readonly DeployEvent[], verbose = false): string[] {
  const model = createModel("up dev", start);
  return events.flatMap((event) => plainLines(model, event, { style: plainStyle, verbose }));
}

describe("plain lines for logs", () => {
  it("tell of phases and of what changed, one line each, with the time since the start", () => {
    assert.deepEqual(linesOf(redeploy()), [
      "   0.0s  update",
      "   4.5s  ~ Image api-image updated in 4.0s",
      "   6.0s  + Container api-9c1d-0 created in 1.4s",
    ]);
  });

  it("tell of failures, messages, locks, probes and recoveries", () => {
    const urn = urnOf("Container api");
    const events = [
      at(1, { kind: "lock", state: "waiting", holder: "ada@host (42)", remainingSeconds: 60 }),
      at(2, { kind: "lock", state: "waiting", holder: "ada@host (42)", remainingSeconds: 59 }),
      at(3, {
        kind: "recovery",
        action: "lock-cleared",
        subject: "x",
        detail: "its process 42 is dead",
      }),
      step(4, "Container api", "ApiService api", "create", "started"),
      at(5, { kind: "diagnostic", severity: "error", ephemeral: false, message: "no\nspace", urn }),
      step(6, "Container api", "ApiService api", "create", "failed", { durationMs: 2000 }),
      at(7, {
        kind: "probe",
        name: "web",
        url: "http://x/",
        ok: false,
        attempts: 3,
        reason: "refused",
      }),
      at(8, { kind: "service", service: "api", state: "differs", reasons: ["1 of 2 runs"] }),
    ];
    assert.deepEqual(linesOf(events), [
      "   1.0s  waiting for the lock of ada@host (42) (60s left)",
      "   3.0s  cleared the lock: its process 42 is dead",
      "   5.0s  error: no",
      "   5.0s      space",
      "   6.0s  ✖ Container api create failed in 2.0s",
      "   7.0s  probe web http://x/: no answer, 3 attempts (refused)",
      "   8.0s  service api differs; 1 of 2 runs",
    ]);
  });

  it("do not repeat a replacement's logical step or a component's second registration", () => {
    const events = [
      step(1, "ApiService api", "Stack dev", "create", "done", { durationMs: 1 }),
      step(2, "Container db", "ApiService api", "replace", "done", { durationMs: 900 }),
      step(2, "Container db", "ApiService api", "replace", "done", { durationMs: 1 }),
      step(3, "ApiService api", "Stack dev", "create", "done", { durationMs: 2 }),
    ];
    assert.deepEqual(linesOf(events), [
      "   1.0s  + ApiService api created",
      "   2.0s  ± Container db replaced in 0.9s",
    ]);
  });

  it("hold no cursor codes and no line of a step's progress unless asked for", () => {
    const urn = urnOf("Image api");
    const said = at(1, {
      kind: "diagnostic",
      severity: "info",
      ephemeral: true,
      message: "\u001b[2KStep 1/2\r\n",
      urn,
    });
    assert.deepEqual(linesOf([said]), []);
    assert.deepEqual(linesOf([said], true), ["   1.0s    Step 1/2"]);
  });

  it("say in a quiet log what is still running", () => {
    assert.deepEqual(stillRunning(modelOf(redeploy()), start + 30_000, plainStyle), [
      "  30.0s    still creating Container api-9c1d-1 (25.4s)",
    ]);
  });
});
