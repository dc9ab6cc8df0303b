import * as assert from "node:assert/strict";

import { currentRelease, parseRecord, rollbackTarget } from "../../../automation/release";
import type { ReleaseRecord } from "../../../automation/release";
import type { ReleaseState } from "../../../automation/results";

function release(
  number: number,
  state: ReleaseState,
  config: string,
  digest = "sha256:a",
): ReleaseRecord {
  return {
    format: 1,
    number,
    state,
    kind: "up",
    project: "shop",
    stack: "dev",
    startedAt: "2026-01-01T00:00:00.000Z",
    by: { user: "anna", host: "h" },
    process: { pid: 1, host: "h" },
    program: {},
    config,
    images: { api: { image: "api:1", digest, revision: "r" } },
    services: [],
    probes: [],
  };
}

describe("rollbackTarget", () => {
  const releases = [
    release(1, "deployed", "a"),
    release(2, "deployed", "b"),
    release(3, "failed", "x"),
    release(4, "deployed", "c"),
    release(5, "unchanged", "c"),
  ];

  it("is the good release before the one that runs, and skips what only repeats it", () => {
    assert.equal(rollbackTarget(releases, {}).number, 2);
    assert.equal(rollbackTarget(releases, { steps: 2 }).number, 1);
    assert.equal(currentRelease(releases)?.number, 5);
  });

  it("is the last good release after an update that failed or was stopped", () => {
    for (const state of ["failed", "cancelled", "interrupted", "unverified"] as const) {
      assert.equal(rollbackTarget([...releases, release(6, state, "y")], {}).number, 5);
    }
  });

  it("tells the same config with another image apart", () => {
    const same = [release(1, "deployed", "a", "sha256:1"), release(2, "deployed", "a", "sha256:2")];
    assert.equal(rollbackTarget(same, {}).number, 1);
  });

  it("refuses a number that is not there, was not good, or more steps than there are", () => {
    assert.throws(() => rollbackTarget(releases, { to: 9 }), /no release 9: there are 1, 2, 4, 5/);
    assert.throws(() => rollbackTarget(releases, { to: 3 }), /release 3 is failed/);
    assert.throws(() => rollbackTarget(releases, { steps: 3 }), /only 2 earlier releases/);
    assert.throws(() => rollbackTarget([], {}), /no earlier release/);
  });
});

describe("parseRecord", () => {
  it("takes a record with fields of a later version, and nothing else", () => {
    const text = JSON.stringify({ ...release(1, "deployed", "a"), later: true });
    assert.equal(parseRecord(text)?.number, 1);
    for (const rubbish of [
      "",
      "{",
      "null",
      "[]",
      '{"format":1}',
      text.slice(0, 40),
      text.replace('"format":1', '"format":2'),
    ]) {
      assert.equal(parseRecord(rubbish), undefined);
    }
  });
});
