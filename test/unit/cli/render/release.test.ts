import assert from "node:assert/strict";

import type { DiffResult, ReleaseDetails, ShowResult } from "../../../../automation/results";
import { landfall } from "../fakes";

const release: ReleaseDetails = {
  number: 7,
  state: "failed",
  kind: "up",
  project: "shop",
  stack: "dev",
  process: { pid: 42, host: "ci-1" },
  startedAt: "2025-01-02T03:04:05.000Z",
  finishedAt: "2025-01-02T03:04:17.000Z",
  durationMs: 12_000,
  by: { user: "anna", host: "ci-1" },
  message: "new prices",
  program: { commit: "0123456789abcdef", dirty: true },
  images: {
    api: { image: "shop/api:2", digest: `sha256:${"a".repeat(64)}`, revision: "r2" },
  },
  services: [],
  probes: [{ name: "webUrl", url: "http://h:8080/", ok: false, attempts: 3, reason: "refused" }],
  gates: [
    {
      gate: "p95",
      type: "slo",
      service: "api",
      moment: "during",
      weight: 5,
      passed: false,
      reason: "p95 160 ms is over 100 ms",
      measured: {},
      startedAt: "2025-01-02T03:04:06.000Z",
      durationMs: 4000,
    },
  ],
  error: { code: "not_running", message: "what runs is not what was deployed", fix: "Look." },
};

describe("landfall show", () => {
  const config = [
    { key: "shop:price", value: "3", secret: false },
    { key: "shop:token", value: "[secret]", secret: true },
  ];
  const result: ShowResult = { stack: "dev", release, current: false, config };

  it("takes a number, and shows how a release ended, from what, and what was seen", async () => {
    const { stdout, calls, code } = await landfall(["show", "7"], { result });
    assert.equal(code, 0);
    assert.deepEqual(calls, [{ name: "show", args: { stack: "dev", release: 7 } }]);
    for (const text of [
      /^release 7 {2}failed {2}dev · up$/m,
      /what runs is not what was deployed/,
      /message +new prices/,
      /by anna@ci-1, process 42$/m,
      /\(12\.0s\)/,
      /commit +012345678\+ with changes/,
      /api +shop\/api:2 +aaaaaaaaaaaa +r2/,
      /webUrl +http:\/\/h:8080\/ +none +refused/,
      /✖ api p95, during the switch, at 5 % of the traffic: p95 160 ms is over 100 ms/,
      /shop:price {2}3\n {2}shop:token {2}\[secret\]/,
    ]) {
      assert.match(stdout, text);
    }
  });

  it("shows what real traffic met of a revision that was put back", async () => {
    const counts = { requests: 2041, fresh: 97, freshFailed: 97, otherFailed: 0 };
    const traffic = [{ service: "api", ...counts, share: 0.0475, faultShare: 0.0475 }];
    const { stdout } = await landfall(["show"], {
      result: { ...result, release: { ...release, traffic } },
    });
    const told = stdout.replace(/\s+/g, " ");
    assert.match(
      told,
      /traffic api: the new revision got 97 of 2041 requests \(4\.75 %\), 97 of them failed \(4\.75 % of all\)/,
    );
    assert.doesNotMatch(told, /elsewhere|\{"requests"/);
  });

  it("shows what a later version has written as it is, and the newest release without a number", async () => {
    const later = { ...release, backup: { id: "b-1" } };
    const { stdout, calls } = await landfall(["show"], { result: { ...result, release: later } });
    assert.deepEqual(calls[0]?.args, { stack: "dev" });
    assert.match(stdout, /backup +\{"id":"b-1"\}/);
  });

  it("refuses what is no number, and one argument too many", async () => {
    assert.equal((await landfall(["show", "seven"])).code, 2);
    assert.equal((await landfall(["show", "1", "2"])).code, 2);
    assert.equal((await landfall(["show", "0"])).code, 2);
    assert.equal((await landfall(["show", "1", "--release", "2"])).code, 2);
  });
});

describe("landfall diff", () => {
  const at = { state: "deployed", startedAt: "2025-01-02T03:04:05.000Z" } as const;
  const result: DiffResult = {
    stack: "dev",
    from: { number: 3, ...at },
    to: { number: 5, ...at },
    same: false,
    config: [
      { key: "shop:price", change: "changed", secret: false, before: "1", after: "2" },
      { key: "shop:token", change: "changed", secret: true },
    ],
    features: [{ key: "basket", change: "added", secret: false, after: "true" }],
    images: [
      {
        service: "api",
        change: "changed",
        before: { image: "shop/api", digest: `sha256:${"a".repeat(64)}`, revision: "r1" },
        after: { image: "shop/api", digest: `sha256:${"b".repeat(64)}`, revision: "r2" },
      },
    ],
    migrationHead: { before: "0003" },
    program: {
      before: { commit: "a".repeat(40) },
      after: { commit: "b".repeat(40) },
      commits: { added: 12, removed: 1, newest: ["bbbbbbb Cheaper"] },
    },
    notes: [],
  };

  it("takes two numbers, and shows what differs and nothing of secrets", async () => {
    const { stdout, calls } = await landfall(["diff", "3", "5"], { result });
    assert.deepEqual(calls, [{ name: "diff", args: { stack: "dev", from: 3, to: 5 } }]);
    for (const text of [
      /^dev: release 3 deployed \S+ \S+ → release 5 deployed/m,
      /~ shop:price 1 → 2/,
      /~ shop:token \[secret\]/,
      /\+ basket true/,
      /~ api aaaaaaaaaaaa r1 → bbbbbbbbbbbb r2/,
      /~ head 0003 → none/,
      /~ commit aaaaaaaaa → bbbbbbbbb/,
      /12 more commits, 1 fewer commit\n {4}bbbbbbb Cheaper\n {4}…/,
    ]) {
      assert.match(stdout, text);
    }
  });

  it("needs the first number, and says when nothing differs", async () => {
    assert.equal((await landfall(["diff"])).code, 2);
    const { migrationHead: _, program: _p, ...rest } = result;
    const same = { ...rest, same: true, config: [], features: [], images: [] };
    const { stdout, calls } = await landfall(["diff", "3"], { result: same });
    assert.deepEqual(calls[0]?.args, { stack: "dev", from: 3 });
    assert.match(stdout, /nothing differs/);
  });
});
