import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { Problems } from "../../../components/errors";
import type { RolloutArgs } from "../../../components/rollout";
import { currentPhase, normalizeRollout, serverWeights } from "../../../components/rollout";

function normalized(args: RolloutArgs, replicas = 3) {
  const problems = new Problems("test");
  const spec = normalizeRollout(args, { replicas, readinessPath: "/ready" }, problems);
  return { spec, problems: problems.all.map(({ path }) => path) };
}

const weights = (args: RolloutArgs, replicas = 3) =>
  normalized(args, replicas).spec.phases.map(({ weight, moment }) => [weight, moment]);

describe("a rollout's arguments", () => {
  it("give each strategy its phases", () => {
    assert.deepEqual(weights({}), []);
    assert.deepEqual(weights({ strategy: "recreate" }), []);
    assert.deepEqual(weights({ bake: "1m" }), [[100, "after"]]);
    assert.deepEqual(weights({ strategy: "rolling" }), [
      [33, "during"],
      [67, "during"],
    ]);
    assert.deepEqual(weights({ strategy: "rolling" }, 1), []);
    assert.deepEqual(weights({ strategy: "canary" }), [
      [5, "during"],
      [25, "during"],
      [50, "during"],
    ]);
    assert.deepEqual(weights({ strategy: "linear" }), [
      [25, "during"],
      [50, "during"],
      [75, "during"],
    ]);
    assert.deepEqual(weights({ strategy: "linear", step: 40 }), [
      [40, "during"],
      [80, "during"],
    ]);
    assert.equal(normalized({ strategy: "linear" }).spec.phases[0]?.pauseMs, 30_000);
    const gates = [{ type: "http", path: "/x", when: ["before", "after"] }] as const;
    assert.deepEqual(weights({ strategy: "canary", steps: [10, 100], gates }), [
      [0, "before"],
      [10, "during"],
      [100, "after"],
    ]);
  });

  it("take a step for linear alone, and one that every platform can make", () => {
    assert.deepEqual(normalized({ strategy: "linear", step: 3 }).problems, []);
    for (const step of [0, 2, 51, 12.5, Number.NaN])
      assert.deepEqual(normalized({ strategy: "linear", step }).problems, ["rollout.step"]);
    assert.deepEqual(normalized({ strategy: "canary", step: 10 }).problems, ["rollout.step"]);
  });

  it("are refused all at once", () => {
    const { problems } = normalized({
      steps: [50, 25],
      pause: "never" as "1s",
      sticky: { cookie: "a b" },
      gates: [
        { type: "http", path: "no-slash", status: 42 },
        { type: "http", path: "/", when: "sometime" as "after" },
      ],
    });
    assert.deepEqual(problems, [
      ...["rollout.steps", "rollout.steps", "rollout.sticky.cookie", "rollout.sticky"],
      ...["rollout.pause", "rollout.gates[0].path", "rollout.gates[0].status"],
      ...["rollout.gates[1].name", "rollout.gates[1].when"],
    ]);
  });
});

describe("the phase of a service", () => {
  const { spec } = normalized({ strategy: "canary", steps: [10, 50] });
  const stable = { revision: "r1", replicas: 2 };

  it("is there only between two revisions", () => {
    assert.equal(currentPhase(spec, undefined, "r2"), undefined);
    assert.equal(currentPhase(spec, { stable, phase: 0 }, "r1"), undefined);
    assert.equal(currentPhase(spec, { stable, phase: 2 }, "r2"), undefined);
    assert.equal(
      currentPhase(spec, { stable: { ...stable, replicas: 0 }, phase: 0 }, "r2"),
      undefined,
    );
    assert.equal(currentPhase(spec, { stable, phase: 1 }, "r2")?.phase.weight, 50);
  });

  it("weighs servers so that the new set gets its share", () => {
    const share = fc.integer({ min: 1, max: 99 });
    const count = fc.integer({ min: 1, max: 16 });
    fc.assert(
      fc.property(share, count, count, (wanted, fresh, old) => {
        const each = serverWeights(wanted, fresh, old);
        const all = each.fresh * fresh + each.stable * old;
        const most = Math.max(each.fresh, each.stable);
        assert.ok(each.fresh > 0 && each.stable > 0 && most === 256);
        // One part in 256 of the heavier set, or the least weight that there is.
        assert.ok(Math.abs((each.fresh * fresh) / all - wanted / 100) < 0.06);
      }),
    );
    assert.deepEqual(serverWeights(0, 2, 2), { fresh: 0, stable: 256 });
    assert.deepEqual(serverWeights(100, 2, 2), { fresh: 256, stable: 0 });
  });
});
