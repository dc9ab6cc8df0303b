import * as assert from "node:assert/strict";
import { RolloutProject } from "./project";

describe("a rollout on Docker", () => {
  const project = new RolloutProject("lfrollout", 18471);

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
    assert.deepEqual(
      result.steps?.map(({ services }) => services.map(({ weight }) => weight)),
      [[25], [50], []],
    );
    assert.equal(result.load?.failed, 0, JSON.stringify(result.load));
    assert.ok((result.load?.sent ?? 0) > 50);
    assert.equal(await project.version(), "2");
    assert.equal((await project.containers()).length, 1);
  });
});
