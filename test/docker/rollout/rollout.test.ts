import * as assert from "node:assert/strict";
import type { UpResult } from "../../../automation";
import { exitCodes } from "../../../automation/errors";
import { endsIn, losesNothing } from "../../support/ends";
import { eventOf } from "../../engine/automation/support";
import { PORTS } from "../addresses";
import { exceeds, underFault } from "./fault";
import { RolloutProject } from "./project";

describe("a rollout on Docker", () => {
  const project = new RolloutProject("lfrollout", PORTS.rollout);

  before(() => project.clear());
  after(() => project.remove());

  it("makes the first release at once, whatever the strategy", async () => {
    const result = await project.up({ version: "1", rollout: { strategy: "canary", pause: "1s" } });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal(result.steps, undefined);
    assert.equal(await project.version(), "1");
  });

  it("takes a canary through its steps under load, and nothing is lost", async () => {
    const rollout = { strategy: "canary", steps: [25, 50], pause: "1s" } as const;
    const result = await project.up({ version: "2", rollout });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual(weights(result), [[25], [50], []]);
    assert.equal(result.load?.failed, 0, JSON.stringify(result.load));
    assert.ok(result.load.sent > 50);
    const [traffic] = result.traffic ?? [];
    assert.ok(traffic && traffic.fresh > 0 && traffic.fresh < traffic.requests);
    assert.equal(traffic.freshFailed + traffic.otherFailed, 0, JSON.stringify(traffic));
    assert.equal(await project.version(), "2");
    assert.equal((await project.containers()).length, 1);
  });

  it("shares the traffic as the step says, and keeps the old set as it was", async () => {
    const rollout = { strategy: "canary", steps: [20], pause: "20s" } as const;
    const before = await project.containers();
    await project.configure({ version: "3", rollout });
    const operation = (await project.deployer()).up({ stack: project.stack });
    await eventOf(operation.events, (event) => event.kind === "rollout");
    const versions: string[] = [];
    while (versions.length < 100) {
      const some = Array.from({ length: 5 }, () => project.version());
      versions.push(...(await Promise.all(some)));
    }
    const share = versions.filter((version) => version === "3").length / versions.length;
    assert.ok(share > 0.1 && share < 0.3, String(share));
    const during = await project.containers();
    assert.equal(during.length, 2);
    assert.ok(before.every((name) => during.includes(name)));
    assert.equal((await operation).verdict, "deployed");
  });

  it("rolls back by itself when a gate fails; no more than the canary's share has met the fault, and the record says so", async () => {
    const gates = [{ type: "http", path: "/", when: "during" }] as const;
    const rollout = { strategy: "canary", steps: [5, 50], pause: "1s", gates } as const;
    const before = await project.containers();
    const met = await underFault(project, { version: "4", rollout });
    const { result, exposed, faults, lost } = met;
    endsIn(result, "rolled_back", exitCodes.rolledBack);
    assert.equal(result.error?.code, "gate_failed");
    assert.match(result.error.message, /api http: .*503.*at 5 % of the traffic/s);
    assert.deepEqual(await project.containers(), before);
    assert.equal(await project.version(), "3");
    assert.equal(result.gates?.[0]?.passed, false);
    assert.ok((result.rolledBack?.exposedMs ?? 0) > 0);
    assert.deepEqual(lost, []);
    assert.ok(faults > 0 && !exceeds(met, 0.05), `${faults} of ${exposed} requests`);
    const { releases } = await (await project.deployer()).history({ stack: project.stack });
    assert.equal(releases[0]?.state, "rolled_back");
    assert.equal(releases[0].rolledBack?.to, result.rolledBack?.to);
    const [traffic] = releases[0].traffic ?? [];
    assert.equal(traffic?.service, "api");
    // Landfall's own probe requests are in the router's log as well.
    assert.ok(traffic.freshFailed >= faults, JSON.stringify(traffic));
    assert.ok(traffic.requests >= exposed, JSON.stringify(traffic));
    const counted = { faults: traffic.freshFailed, exposed: traffic.requests };
    assert.ok(!exceeds(counted, 0.05), JSON.stringify(traffic));
    assert.equal(traffic.otherFailed, 0, JSON.stringify(traffic));
  });

  for (const mode of ["crash", "unready"] as const) {
    it(`puts everything back when the new revision ${mode === "crash" ? "crashes" : "never gets ready"}`, async () => {
      const before = await project.containers();
      const result = await project.up({ version: "5", mode });
      endsIn(result, "rolled_back", exitCodes.rolledBack);
      assert.equal(result.error?.code, "gate_failed");
      assert.equal(result.rolledBack?.exposedMs, 0);
      assert.deepEqual(await project.containers(), before);
      assert.equal(await project.version(), "3");
      losesNothing(result);
    });
  }

  it("puts everything back when what got ready then answers 5xx", async () => {
    const before = await project.containers();
    const result = await project.up({ version: "6", mode: "bad" });
    endsIn(result, "rolled_back", exitCodes.rolledBack);
    assert.equal(result.error?.code, "not_running");
    assert.equal((await project.containers()).length, before.length);
    assert.equal(await project.version(), "3");
  });

  it("leaves a failed update as it is when told to, and the next one goes on", async () => {
    const failed = await project.up({ version: "7", mode: "crash" }, { keepFailed: true });
    assert.equal(failed.verdict, "failed");
    assert.equal(await project.version(), "3");
    const next = await project.up({ version: "8" });
    assert.equal(next.verdict, "deployed", JSON.stringify(next.error));
    assert.equal(await project.version(), "8");
    assert.equal((await project.containers()).length, 1);
  });

  it("goes back within the bake time by a switch alone", async () => {
    const rollout = { strategy: "blueGreen", bake: "60s" } as const;
    const before = await project.containers();
    await project.configure({ version: "9", rollout });
    const operation = (await project.deployer()).up({ stack: project.stack });
    await eventOf(operation.events, (event) => event.kind === "rollout");
    assert.equal(await project.version(), "9");
    const back = await (await project.deployer()).rollback({ stack: project.stack });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(back.load?.failed, 0, JSON.stringify(back.load));
    assert.deepEqual(await project.containers(), before);
    assert.equal(await project.version(), "8");
    operation.cancel("it was rolled back");
    await assert.rejects(operation.result, { code: "cancelled" });
  });

  it("rolls replica by replica", async () => {
    const rollout = { strategy: "rolling" } as const;
    const three = await project.up({ version: "10", replicas: 3, rollout });
    assert.equal(three.verdict, "deployed", JSON.stringify(three.error));
    const result = await project.up({ version: "11", replicas: 3, rollout });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual(weights(result), [[33], [67], []]);
    assert.equal(result.load?.failed, 0, JSON.stringify(result.load));
    assert.equal((await project.containers()).length, 3);
  });

  it("recreates what cannot run twice: never two at once", async () => {
    const rollout = { strategy: "recreate" } as const;
    const first = await project.up({ version: "12", replicas: 1, rollout });
    assert.equal(first.verdict, "deployed", JSON.stringify(first.error));
    const before = await project.containers();
    const result = await project.up({ version: "13", replicas: 1, rollout });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual(await project.containers(), before);
    assert.equal(await project.version(), "13");
  });
});

function weights({ steps = [] }: UpResult): number[][] {
  return steps.map(({ services }) => services.map(({ weight }) => weight));
}
