import * as assert from "node:assert/strict";

import type { GateEvidence } from "../../../../automation/gates/types";
import type { Intended, IntendedService } from "../../../../automation/intended";
import {
  nextPositions,
  startingPositions,
  underway,
} from "../../../../automation/rollout/positions";
import type { Positions } from "../../../../automation/rollout/positions";
import { rollOut } from "../../../../automation/rollout/sequence";
import type { SequenceIo, StepOutcome } from "../../../../automation/rollout/sequence";

type Phase = NonNullable<IntendedService["rollout"]>["phases"][number];

const phases: Phase[] = [
  { weight: 0, moment: "before", pauseMs: 0 },
  { weight: 25, moment: "during", pauseMs: 1000 },
  { weight: 100, moment: "after", pauseMs: 5000 },
];

/** A service as the program would describe it, at a position. */
function service(revision: string, position: Positions[string] | undefined): IntendedService {
  const phase = position && position.stable.revision !== revision && phases[position.phase];
  const containers = (of: string, count: number) =>
    Array.from({ length: count }, (_, index) => `api-${of}-${index}`);
  return {
    image: "api:1",
    digest: "sha256:1",
    revision,
    replicas: 2,
    healthPath: "/health",
    port: 3000,
    exposure: "public",
    containers: containers(revision, 2),
    rollout: {
      strategy: "canary",
      phases,
      gates: [],
      ...(phase
        ? {
            current: {
              ...phase,
              index: position.phase,
              stable: {
                revision: position.stable.revision,
                containers: containers(position.stable.revision, position.stable.replicas),
              },
            },
          }
        : {}),
    },
  };
}

const intended = (services: Record<string, IntendedService>): Intended => ({ services, urls: {} });

function evidence(passed: boolean): GateEvidence {
  const about = { gate: "http", type: "http", service: "api", moment: "during" } as const;
  const rest = { weight: 25, reason: "", measured: {}, startedAt: "", durationMs: 1 };
  return { ...about, ...rest, passed };
}

/** A stack whose program is at r2, told positions step by step. */
function world(options: { failAt?: number; badAt?: number } = {}) {
  const log: string[] = [];
  let steps = 0;
  const io: SequenceIo<StepOutcome> = {
    step: (positions) => {
      steps++;
      const api = service("r2", positions.api);
      log.push(`step ${api.rollout?.current?.weight ?? "settled"}`);
      return Promise.resolve({
        good: steps !== options.badAt,
        intended: intended({ api }),
        durationMs: 10,
      });
    },
    gates: ({ current }) => {
      log.push(`gates ${current.moment}`);
      return Promise.resolve([evidence(steps !== options.failAt)]);
    },
    pause: (ms) => {
      if (ms > 0) log.push(`pause ${ms}`);
      return Promise.resolve();
    },
    save: ({ steps: taken }) => {
      log.push(`saved ${taken.length}`);
      return Promise.resolve();
    },
    check: () => Promise.resolve(),
  };
  return { io, log };
}

const start: Positions = startingPositions(intended({ api: service("r1", undefined) }));

describe("a rollout's sequence", () => {
  it("takes every phase, asks its gates, waits, and ends with one revision", async () => {
    const { io, log } = world();
    const { progress, failed, outcomes } = await rollOut(start, io);
    assert.deepEqual(log, [
      ...["step 0", "saved 1", "gates before"],
      ...["step 25", "saved 2", "gates during", "pause 1000"],
      ...["step 100", "saved 3", "gates after", "pause 5000"],
      ...["step settled", "saved 4"],
    ]);
    assert.deepEqual([failed, outcomes.length, progress.gates.length], [[], 4, 3]);
    assert.deepEqual(progress.steps.at(-1)?.services, []);
  });

  it("stops where a gate fails, with all evidence so far", async () => {
    const { io, log } = world({ failAt: 2 });
    const { progress, failed } = await rollOut(start, io);
    assert.equal(log.at(-1), "saved 2");
    assert.deepEqual([failed.length, progress.gates.length], [1, 2]);
  });

  it("stops where what runs is not what a step intends, and asks nothing of it", async () => {
    const { io, log } = world({ badAt: 2 });
    const { last } = await rollOut(start, io);
    assert.equal(last.good, false);
    assert.deepEqual(log.slice(-2), ["step 25", "saved 2"]);
  });

  it("is one step where nothing changes or nothing was there", async () => {
    const settled: Positions = {};
    for (const positions of [
      settled,
      { api: { stable: { revision: "r2", replicas: 2 }, phase: 0 } },
    ]) {
      const { io, log } = world();
      await rollOut(positions, io);
      assert.deepEqual(log, ["step settled", "saved 1"]);
    }
  });
});

describe("positions", () => {
  it("set out from what runs", () => {
    assert.deepEqual(start, { api: { stable: { revision: "r1", replicas: 2 }, phase: 0 } });
  });

  it("hold on to the earlier revision in the middle of a rollout", () => {
    const middle = service("r2", { stable: { revision: "r1", replicas: 3 }, phase: 1 });
    const positions = startingPositions(intended({ api: middle }));
    assert.deepEqual(positions.api, { stable: { revision: "r1", replicas: 3 }, phase: 0 });
    assert.equal(nextPositions(underway(intended({ api: middle })), positions).api?.phase, 2);
  });
});
