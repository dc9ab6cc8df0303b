import assert from "node:assert/strict";

import { judge } from "../../../../automation/gates/judge";
import type { Judgement, Objectives, Pair } from "../../../../automation/gates/judge";
import { clearly, interimLooks, lastLevel } from "../../../../automation/gates/sequential";
import { samples } from "./traffic";
import type { Injected, Kind } from "./traffic";

const objectives: Objectives = { p95Ms: null, errorRate: 0.01, requests: 1000, compare: true };
/** Three steps of a canary and the time after them, as the default of five looks covers. */
const looks = 4;
const level = 0.01;
const runs = 100;

/** One whole rollout; true when any of its looks raises an alarm. The last may end early, as after the switch. */
function alarm(kind: Kind, run: number, injected: Injected = {}): boolean {
  return Array.from({ length: looks }, (_, look) => {
    const seed = run * 1000 + look * 10;
    const pair = (offset: number, fresh: number, stable: number): Pair => ({
      fresh: samples(kind, seed + offset, fresh, injected),
      stable: samples(kind, seed + offset + 1, stable),
    });
    // Of real traffic the canary gets its share.
    const traffic = pair(2, [40, 200, 400, 800][look] ?? 0, [760, 600, 400, 0][look] ?? 0);
    return !asked(pair(0, 1000, 1000), look === looks - 1, traffic).passed;
  }).some(Boolean);
}

/** One look at probe requests alone, as after a switch. */
function caught(kind: Kind, run: number, injected: Injected): boolean {
  const fresh = samples(kind, run * 1000, 1000, injected);
  const stable = samples(kind, run * 1000 + 1, 1000);
  return !asked({ fresh, stable }, true).passed;
}

/** A gate as it is asked: request by request, until the verdict is clear. */
function asked(
  { fresh, stable }: Pair,
  mayPassEarly: boolean,
  traffic?: Pair,
  held = objectives,
): { passed: boolean; made: number } {
  const first = (count: number): Pair => ({
    fresh: fresh.slice(0, count),
    stable: stable.slice(0, count),
  });
  const isClear = (count: number): boolean =>
    clearly(held, first(count), level, mayPassEarly) !== undefined;
  const made = interimLooks.filter((look) => look < fresh.length).find(isClear) ?? fresh.length;
  const all = { probe: first(made), ...(traffic ? { traffic } : {}) };
  return { passed: judge(held, all, lastLevel(level)).passed, made };
}

function countOf(hit: (run: number) => boolean): number {
  return Array.from({ length: runs }, (_, run) => hit(run + 1)).filter(Boolean).length;
}

describe("the judgement of a canary, over 100 seeded rollouts each", function () {
  this.timeout(120_000);

  for (const kind of ["even", "usual", "heavy", "cached", "stalling"] as const) {
    it(`raises at most 5 false alarms where both revisions are alike (${kind})`, () => {
      const alarms = countOf((run) => alarm(kind, run));
      assert.ok(alarms <= 5, `${alarms} false alarms`);
    });
  }

  const faults: [Kind, string, Injected][] = [
    ["even", "a p95 that is 30 % higher", { slower: 1.3 }],
    ["usual", "a p95 that is 30 % higher", { slower: 1.3 }],
    ["cached", "a p95 that is 30 % higher", { slower: 1.3 }],
    ["even", "a tail alone that is 30 % higher", { slowerTail: 1.3 }],
    ["usual", "a tail alone that is 30 % higher", { slowerTail: 1.3 }],
    ["cached", "a tail alone that is 30 % higher", { slowerTail: 1.3 }],
    ["even", "2 % of errors", { errors: 0.02 }],
    ["heavy", "2 % of errors", { errors: 0.02 }],
  ];
  for (const [kind, what, injected] of faults) {
    it(`catches ${what} at one look in at least 95 (${kind})`, () => {
      const found = countOf((run) => caught(kind, run, injected));
      assert.ok(found >= 95, `${found} caught`);
    });
  }

  for (const injected of [{ slower: 1.3 }, { errors: 0.02 }]) {
    it(`catches ${JSON.stringify(injected)} of heavy-tailed times in a rollout's four looks in at least 95`, () => {
      const found = countOf((run) => alarm("heavy", run, injected));
      assert.ok(found >= 95, `${found} caught`);
    });
  }
});

describe("a gate that ends as soon as its verdict is clear", () => {
  const alone: Objectives = { p95Ms: 100, errorRate: 0.01, requests: 1000, compare: true };
  const held = (run: number, injected: Injected, kind: Kind = "usual") =>
    asked({ fresh: samples(kind, run * 1000, 1000, injected), stable: [] }, true, undefined, alone);
  const counts = (of: (run: number) => { passed: boolean; made: number }) =>
    Array.from({ length: runs }, (_, run) => of(run + 1));
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length / 2] ?? 0;

  it("passes what is well within its objectives after 200 requests, with or without another beside it", () => {
    const made = counts((run) => held(run, {}));
    assert.ok(made.every(({ passed }) => passed));
    assert.equal(median(made.map((each) => each.made)), 200);
    const beside = counts((run) => {
      const pair = {
        fresh: samples("even", run * 1000, 1000),
        stable: samples("even", run * 1000 + 1, 1000),
      };
      return asked(pair, true);
    });
    assert.ok(beside.filter(({ passed }) => !passed).length <= 5);
    assert.ok(median(beside.map((each) => each.made)) <= 300);
  });

  it("fails what is broken after a few requests", () => {
    for (const injected of [{ errors: 1 }, { slower: 10 }, { errors: 0.3 }]) {
      const made = counts((run) => held(run, injected));
      assert.ok(made.every(({ passed }) => !passed));
      assert.ok(median(made.map((each) => each.made)) <= 50, JSON.stringify(injected));
    }
  });

  for (const [what, injected] of [
    ["2 % of errors", { errors: 0.02 }],
    // Its p95 is 130 ms, where 100 are allowed.
    ["a p95 that is 30 % above the objective", { slower: 130 / 45.5 }],
  ] as const) {
    it(`catches ${what} in at least 95 of 100`, () => {
      const found = counts((run) => held(run, injected)).filter(({ passed }) => !passed).length;
      assert.ok(found >= 95, `${found} caught`);
    });
  }

  it("raises at most 5 false alarms of 100 where a revision just keeps its objectives", () => {
    // A p95 of 90 ms and 0.5 % of errors.
    const alarms = counts((run) => held(run, { slower: 90 / 45.5, errors: 0.005 }));
    const count = alarms.filter(({ passed }) => !passed).length;
    assert.ok(count <= 5, `${count} false alarms`);
  });
});

describe("the judgement of a revision", () => {
  const of = (change: Partial<Objectives>, probe: Partial<Pair>, traffic?: Pair): Judgement =>
    judge(
      { ...objectives, ...change },
      { probe: { fresh: [], stable: [], ...probe }, ...(traffic ? { traffic } : {}) },
      level,
    );

  it("holds the objectives as they were measured over probe requests", () => {
    const fresh = samples("even", 1, 1000, { errors: 0.03 });
    const { passed, reason } = of({ p95Ms: 10 }, { fresh });
    assert.equal(passed, false);
    assert.match(
      reason,
      /^p95 of 1000 probe requests is [\d.]+ ms, allowed are 10 ms; \d+ of 1000 /,
    );
    assert.match(of({ p95Ms: 100 }, { fresh: samples("even", 1, 1000) }).reason, /allowed 100 ms/);
  });

  it("fails without requests, and without a good answer", () => {
    assert.equal(of({}, {}).reason, "no probe request was made");
    const fresh = samples("even", 1, 30, { errors: 1 });
    assert.match(
      of({}, { fresh }).reason,
      /^none of 30 probe requests was answered well; judged by/,
    );
  });

  it("says when it judges by fewer requests than were wanted", () => {
    const { passed, reason } = of({}, { fresh: samples("even", 1, 100) });
    assert.equal(passed, true);
    assert.match(reason, /judged by 100 probe requests, 1000 were wanted$/);
  });

  it("does not take one error of few real requests for a rate, but many for a fault", () => {
    const fresh = samples("even", 1, 1000);
    const real = (failed: number): Pair => ({
      fresh: samples("even", 2, 30).map((each, index) => ({ ...each, failed: index < failed })),
      stable: [],
    });
    assert.equal(of({}, { fresh }, real(1)).passed, true);
    const { passed, reason } = of({}, { fresh }, real(6));
    assert.equal(passed, false);
    assert.match(reason, /6 of 30 requests of real traffic failed, allowed are 1 % \(binomial/);
    const slow = of(
      { p95Ms: 40 },
      { fresh },
      { fresh: samples("even", 3, 60, { slower: 2 }), stable: [] },
    );
    assert.match(slow.reason, /answers of real traffic took more than 40 ms/);
  });

  it("keeps probe requests and real traffic apart, and says what it compared", () => {
    const pair = { fresh: samples("even", 1, 1000), stable: samples("even", 2, 1000) };
    const real = { fresh: samples("even", 3, 50), stable: samples("even", 4, 900) };
    const { reason, measured } = of({}, pair, real);
    assert.match(reason, /1000 probe requests: .*; 50 real traffic: .* 900 of the old revision/);
    assert.equal(measured.probe.fresh.requests, 1000);
    assert.equal(measured.traffic?.stable?.requests, 900);
    assert.equal(measured.level, level);
  });

  it("does not compare where it is not asked to", () => {
    const pair = {
      fresh: samples("even", 1, 1000, { slower: 2 }),
      stable: samples("even", 2, 1000),
    };
    assert.equal(of({ compare: false }, pair).passed, true);
    assert.equal(of({}, pair).passed, false);
  });
});
