import * as assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { testProject } from "./support";
import type { TestProject } from "./support";

describe("a frozen stack, on the real engine", () => {
  let project: TestProject;

  before(async () => {
    project = await testProject(`
      new Thing("web", { value: config.get("v") || "1" });
      exports.services = {};`);
    project.config("dev", {});
    await project.deployer.up({ stack: "dev" });
    project.config("dev", { v: "2" });
    await project.deployer.up({ stack: "dev" });
  });

  after(() => {
    project.remove();
  });

  const refused = { code: "refused", exitCode: 6, message: /frozen .*: shop sale$/ };

  it("is not deployed, rolled back or destroyed, and says why", async () => {
    const made = await project.deployer.freeze({ stack: "dev", reason: "shop sale" });
    assert.equal(made.previous, undefined);
    await assert.rejects(project.deployer.up({ stack: "dev" }).result, refused);
    await assert.rejects(project.deployer.rollback({ stack: "dev" }).result, refused);
    await assert.rejects(project.deployer.destroy({ stack: "dev" }).result, refused);
    const { freeze } = await project.deployer.status({ stack: "dev" });
    assert.deepEqual(freeze, made.freeze);
  });

  it("may be looked at, and deployed for a reason that the release keeps", async () => {
    await project.deployer.preview({ stack: "dev" });
    await project.deployer.rollback({ stack: "dev", dryRun: true });
    await project.deployer.destroy({ stack: "dev", dryRun: true });
    project.config("dev", { v: "3" });
    const result = await project.deployer.up({ stack: "dev", overrideFreeze: "hot fix" });
    assert.equal(result.verdict, "deployed");
    const [release] = (await project.deployer.history({ stack: "dev" })).releases;
    assert.deepEqual(release?.freezeOverride, { reason: "hot fix", freeze: "shop sale" });
  });

  it("is free again when it is lifted", async () => {
    const { lifted } = await project.deployer.unfreeze({ stack: "dev" });
    assert.equal(lifted?.reason, "shop sale");
    assert.equal((await project.deployer.unfreeze({ stack: "dev" })).lifted, undefined);
    assert.equal((await project.deployer.status({ stack: "dev" })).freeze, undefined);
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "unchanged");
  });

  it("is free again when the time has come", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const made = await project.deployer.freeze({ stack: "dev", reason: "shop sale", until });
    assert.equal(made.freeze.until, until);
    await assert.rejects(project.deployer.up({ stack: "dev" }).result, refused);
    const later = project.with({
      clock: {
        now: () => Date.now() + 7_200_000,
        sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
      },
    });
    assert.equal((await later.up({ stack: "dev" })).verdict, "unchanged");
    await project.deployer.unfreeze({ stack: "dev" });
  });

  it("stays frozen when its note cannot be read, and refuses a time that is past", async () => {
    const note = join(project.state, ".landfall/releases/tiny/dev/freeze.json");
    for (const rubbish of ["", "{", '{"format":2}']) {
      writeFileSync(note, rubbish);
      await assert.rejects(project.deployer.up({ stack: "dev" }).result, {
        message: /its note cannot be read/,
      });
    }
    await project.deployer.unfreeze({ stack: "dev" });
    const past = { stack: "dev", reason: "late", until: "2020-01-01" };
    await assert.rejects(project.deployer.freeze(past).result, { code: "usage" });
    await assert.rejects(project.deployer.freeze({ stack: "nowhere", reason: "x" }).result, {
      code: "stack_not_found",
    });
  });
});
