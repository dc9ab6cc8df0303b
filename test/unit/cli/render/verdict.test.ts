import assert from "node:assert/strict";

import { renderDiagnostics } from "../../../../automation/cli/render/diagnostics";
import { renderTable } from "../../../../automation/cli/render/table";
import { cells } from "../../../../automation/cli/render/text";
import { duration } from "../../../../automation/cli/render/time";
import { renderVerdict } from "../../../../automation/cli/render/verdict";
import { asciiStyle, at, deployed, modelOf, observed, plainStyle, step, urnOf } from "../support";

const view = { style: plainStyle, width: 90 };

describe("the verdict", () => {
  it("tells in one block what runs, where, what changed, how long it took and what to do next", () => {
    assert.deepEqual(renderVerdict(deployed(), view), [
      "✔ deployed  dev · release 7 · 14.0s",
      "",
      "  service  image              digest        revision  replicas",
      "  api      landfall-api:9c1d  0123456789ab  9c1d      2/2",
      "",
      "  urls     webUrl  http://127.0.0.1:8080",
      "           apiUrl  http://127.0.0.1:3000",
      "  changes  2 created, 1 updated, 2 deleted, 21 same",
      "  phases   prepare 0.8s, update 12.1s, verify 1.1s",
      "  next     landfall status -s dev",
      "           landfall rollback -s dev   to go back",
    ]);
  });

  it("of a failure tells why, what differs, and what to do", () => {
    const differs = {
      ...observed,
      state: "differs" as const,
      containers: observed.containers.slice(0, 1),
      reasons: ["1 of 2 replicas runs"],
    };
    const error = {
      code: "gate_failed" as const,
      message: "api did not get ready within 30 s: GET /ready answered 503",
      fix: "Look at the service's logs.",
    };
    const result = deployed({ verdict: "failed", release: 8, services: [differs], error });
    assert.deepEqual(renderVerdict(result, view).slice(0, 7), [
      "✖ failed  dev · release 8 · 14.0s",
      "  api did not get ready within 30 s: GET /ready answered 503",
      "  → Look at the service's logs.",
      "",
      "  service  image              digest        revision  replicas",
      "  api      landfall-api:9c1d  0123456789ab  9c1d      1/2",
      "  api: 1 of 2 replicas runs",
    ]);
  });

  it("of an unverified update says what could not be seen, and how to look again", () => {
    const unknown = { ...observed, state: "unknown" as const, containers: [] };
    const lines = renderVerdict(
      deployed({ verdict: "unverified", services: [unknown], unverified: ["no Docker here"] }),
      view,
    );
    assert.equal(lines[0], "▲ unverified  dev · release 7 · 14.0s");
    assert.match(
      lines.join("\n"),
      /\?\/2[^]*unverified {2}no Docker here[^]*landfall verify -s dev/,
    );
  });

  it("is ASCII where the locale is not UTF-8, and fits a narrow terminal", () => {
    const lines = renderVerdict(deployed(), { style: asciiStyle, width: 40 });
    assert.match(lines.join("\n"), /^[\x20-\x7e\n]*$/);
    assert.ok(Math.max(...lines.map(cells)) <= 40, lines.join("\n"));
  });
});

describe("tables", () => {
  it("align by cells, leave out empty columns and shrink the widest", () => {
    const rows = [
      ["予測", "", "landfall-predictor:9c1d-a-long-tag"],
      ["api", "", { text: "x", paint: "red" as const }],
    ];
    assert.deepEqual(
      renderTable(["name", "none", "image"], rows, { style: plainStyle, width: 24 }),
      ["  name  image", "  予測  landfall…ong-tag", "  api   x"],
    );
  });
});

describe("diagnostics", () => {
  it("show a failed step's words, warnings, errors and the program's words, once each", () => {
    const said = (severity: "info" | "warning" | "error", message: string, label?: string) =>
      at(1, {
        ...{ kind: "diagnostic", ephemeral: false, severity, message },
        ...(label !== undefined && { urn: urnOf(label) }),
      });
    const model = modelOf([
      step(0, "Image api", "ApiService api", "create", "started"),
      step(0, "Image web", "ApiService api", "create", "done"),
      said("info", "Step 1/2", "Image api"),
      said("info", "Step 1/9", "Image web"),
      said("warning", "deprecated"),
      said("warning", "deprecated"),
      said("error", "exit code 1\nnpm ERR!", "Image api"),
      said("error", "update failed"),
      step(2, "Image api", "ApiService api", "create", "failed"),
    ]);
    assert.deepEqual(renderDiagnostics(model, view, { skip: "update failed" }), [
      "Image api",
      "  Step 1/2",
      "  error: exit code 1",
      "    npm ERR!",
      "program",
      "  warning: deprecated",
    ]);
  });
});

describe("durations", () => {
  it("are short at every size", () => {
    const table: [number, string][] = [
      [0, "0.0s"],
      [-5, "0.0s"],
      [49, "0.0s"],
      [12_340, "12.3s"],
      [59_949, "59.9s"],
      [59_950, "1m 00s"],
      [125_000, "2m 05s"],
      [3_599_600, "1h 00m"],
      [3_720_000, "1h 02m"],
    ];
    for (const [ms, text] of table) assert.equal(duration(ms), text);
  });
});
