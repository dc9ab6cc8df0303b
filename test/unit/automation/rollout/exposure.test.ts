import * as assert from "node:assert/strict";
import { TrafficCount } from "../../../../automation/rollout/exposure";

const at = "2026-11-20T10:00:05.000000000Z";
const until = Date.parse(at);

function line(address: string, rest: { service?: string; status?: number; end?: string } = {}) {
  const { service = "api", status = 200, end = "--" } = rest;
  const request = { method: "GET", path: "/", totalMs: 3 };
  return JSON.stringify({ service: `service_${service}`, address, status, end, ...request });
}

function counted(lines: readonly (readonly [string, string?])[], services = ["api"]) {
  const fresh = new Map([
    ["10.0.0.7", "api"],
    ["10.0.0.8", "web"],
  ]);
  const count = new TrafficCount(fresh, new Set(services));
  for (const [text, time = at] of lines) count.take(text, time, until);
  return count.told(undefined);
}

describe("what real traffic met of a new revision", () => {
  it("is counted by the address of the server that the router chose", () => {
    const [api] = counted([
      ...Array.from({ length: 18 }, () => [line("10.0.0.3:8000")] as const),
      [line("10.0.0.7:8000")],
      [line("10.0.0.7:8000", { status: 503 })],
    ]);
    assert.deepEqual(api, {
      ...{ service: "api", requests: 20, fresh: 2, freshFailed: 1, otherFailed: 0 },
      ...{ share: 0.1, faultShare: 0.05 },
    });
  });

  it("takes an answer that was cut, and none at all, for a fault; not a client that left, nor a websocket", () => {
    const [api] = counted([
      [line("10.0.0.7:8000", { end: "SD" })],
      [line("10.0.0.7:8000", { status: -1, end: "CD" })],
      [line("10.0.0.7:8000", { status: 101 })],
      [line("10.0.0.7:8000", { status: 404 })],
    ]);
    assert.deepEqual([api?.requests, api?.fresh, api?.freshFailed], [2, 2, 1]);
  });

  it("tells faults elsewhere apart: of the earlier revision, and of the router where no server was left", () => {
    const [api] = counted([
      [line("10.0.0.3:8000", { status: 500 })],
      [line("-:0", { status: 503, end: "SC" })],
    ]);
    assert.deepEqual([api?.requests, api?.fresh, api?.otherFailed], [2, 0, 2]);
  });

  it("counts what the new revision still answers after the last switch, and nothing else of then", () => {
    const later = "2026-11-20T10:00:06.000000000Z";
    const [api] = counted([
      [line("10.0.0.7:8000", { status: 503 }), later],
      [line("10.0.0.3:8000"), later],
    ]);
    assert.deepEqual([api?.requests, api?.freshFailed], [1, 1]);
  });

  it("keeps services apart, and leaves other lines out", () => {
    const told = counted(
      [
        [line("10.0.0.8:8080", { service: "web" })],
        [line("10.0.0.7:8000")],
        [line("10.0.0.9:8000", { service: "other" })],
        ["[WARNING] a line of the router's own"],
        ["{half a line"],
      ],
      ["api", "web"],
    );
    assert.deepEqual(
      told.map(({ service, requests, fresh }) => [service, requests, fresh]),
      [
        ["api", 1, 1],
        ["web", 1, 1],
      ],
    );
  });

  it("is no share of nothing", () => {
    assert.deepEqual(counted([])[0]?.share, 0);
  });
});
