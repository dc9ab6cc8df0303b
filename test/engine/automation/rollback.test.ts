import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { testProject } from "./support";
import type { TestProject } from "./support";

const source = `
  const images = config.getObject("images") || {};
  const image = images.api || "sha256:" + config.require("v").repeat(64);
  new Thing("api", { value: image });
  exports.image = image;
  exports.token = config.getSecret("token");
  exports.services = {};`;

describe("rollback on the real engine", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("deploys an earlier config again, secrets and all, and leaves the working tree's alone", async () => {
    project = await testProject(source);
    project.config("dev", { v: "1" });
    assert.equal((await project.deployer.up({ stack: "dev" })).release, 1);
    const first = readFileSync(join(project.dir, "Pulumi.dev.yaml"), "utf8");
    writeFileSync(
      join(project.dir, "Pulumi.dev.yaml"),
      first.replace('"1"', '"2"').replace(/v: 1\b/, "v: 2"),
    );
    const tree = readFileSync(join(project.dir, "Pulumi.dev.yaml"), "utf8");
    assert.notEqual(tree, first);
    assert.equal((await project.deployer.up({ stack: "dev" })).release, 2);

    const shown = await project.deployer.rollback({ stack: "dev", dryRun: true });
    assert.equal(shown.to, 1);
    assert.equal(shown.from, 2);
    assert.deepEqual(shown.configDiff, [
      { key: "tiny:v", change: "changed", secret: false, before: "2", after: "1" },
    ]);
    assert.equal(shown.changes.update, 1);
    assert.equal((await project.deployer.history({ stack: "dev" })).releases.length, 2);

    const result = await project.deployer.rollback({ stack: "dev", message: "two is bad" });
    assert.equal(result.verdict, "deployed");
    assert.equal(result.release, 3);
    assert.equal(readFileSync(join(project.dir, "Pulumi.dev.yaml"), "utf8"), tree);
    const { outputs } = await project.deployer.outputs({ stack: "dev" });
    assert.equal(outputs.image?.value, `sha256:${"1".repeat(64)}`);
    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.deepEqual(
      releases.map(({ number, kind, rollbackTo }) => [number, kind, rollbackTo]),
      [
        [3, "rollback", 1],
        [2, "up", undefined],
        [1, "up", undefined],
      ],
    );
    const tree2 = await project.deployer.up({ stack: "dev" });
    assert.equal(tree2.verdict, "deployed");
    assert.equal(
      (await project.deployer.outputs({ stack: "dev" })).outputs.image?.value,
      `sha256:${"2".repeat(64)}`,
    );
  });

  it("refuses a release that is not there or was not good, and a step too many", async () => {
    project = await testProject(source);
    project.config("dev", { v: "1" });
    await project.deployer.up({ stack: "dev" });
    await assert.rejects(project.deployer.rollback({ stack: "dev" }).result, {
      code: "release_not_found",
      message: "there is no earlier release to go back to",
    });
    await assert.rejects(
      project.deployer.rollback({ stack: "dev", to: 7 }).result,
      /there is no release 7: there are 1/,
    );
  });

  it("keeps what is protected unless told otherwise, and removes the stack when it is empty", async () => {
    project = await testProject(`
      new Thing("data", { value: "1" }, { protect: true });
      new Thing("web", { value: "1" });
      exports.services = {};`);
    project.config("dev", {});
    await project.deployer.up({ stack: "dev" });
    const shown = await project.deployer.destroy({ stack: "dev", dryRun: true });
    assert.deepEqual([shown.changes.delete, shown.kept.length], [1, 1]);
    const kept = await project.deployer.destroy({ stack: "dev" });
    assert.equal(kept.kept.length, 1);
    assert.match(kept.kept[0] ?? "", /::data$/);
    assert.equal((await project.deployer.status({ stack: "dev" })).resources, 1);
    const all = await project.deployer.destroy({
      stack: "dev",
      includeProtected: true,
      remove: true,
    });
    assert.deepEqual([all.kept, all.removed], [[], true]);
    await assert.rejects(project.deployer.status({ stack: "dev" }).result, {
      code: "stack_not_found",
    });
  });
});
