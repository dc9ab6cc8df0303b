import * as assert from "node:assert/strict";
import { LandfallError } from "../../../automation";
import { PORTS } from "../addresses";
import { docker, removeProject } from "../stack/harness";
import { PromoteProject } from "./project";

describe("a promotion on Docker", () => {
  const project = new PromoteProject("lfpromote", PORTS.promote);
  const { deployer } = project;
  let image = "";

  before(async () => {
    await removeProject(project.name);
    project.configure("dev", { greeting: "from dev" });
    project.configure("staging", { greeting: "from staging" });
    await project.commit("1");
  });

  after(() => project.remove());

  it("needs a release that was seen running", async () => {
    await assert.rejects(
      Promise.resolve(deployer.promote({ stack: "staging", from: "dev" })),
      (error) => error instanceof LandfallError && error.code === "stack_not_found",
    );
  });

  it("deploys the very image with the target's config, and builds nothing", async () => {
    const built = await deployer.up({ stack: "dev" });
    assert.equal(built.verdict, "deployed", JSON.stringify(built.error));
    image = await project.runningImage("dev");

    const shown = await deployer.promote({ stack: "staging", from: "dev", dryRun: true });
    assert.deepEqual(shown.source, { stack: "dev", release: 1 });
    assert.deepEqual(
      shown.configDiff.map(({ key }) => key),
      ["lfpromote:greeting", "lfpromote:port"],
    );
    assert.equal(shown.dryRun, true);

    const result = await deployer.promote({ stack: "staging", from: "dev", message: "first" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.ok(result.resources.every(({ type }) => type !== "docker:index/image:Image"));
    assert.equal(await project.runningImage("staging"), image);
    assert.deepEqual(await project.answer("staging"), { version: "1", greeting: "from staging" });
    const { release } = await deployer.show({ stack: "staging" });
    assert.equal(release.kind, "promote");
    assert.deepEqual(release.promotedFrom, { stack: "dev", release: 1 });
    assert.equal(release.images.api?.digest, image);
  });

  it("refuses a tree that is not the release's, and takes it when told to", async () => {
    await project.commit("2");
    const refused = (error: unknown): boolean =>
      error instanceof LandfallError &&
      error.code === "refused" &&
      /working tree/.test(error.message);
    await assert.rejects(
      Promise.resolve(deployer.promote({ stack: "staging", from: "dev" })),
      refused,
    );
    const again = await deployer.promote({
      ...{ stack: "staging", from: "dev", allowOtherProgram: true },
    });
    assert.equal(again.verdict, "unchanged", JSON.stringify(again.error));
    assert.equal(await project.runningImage("staging"), image);
  });

  it("refuses what would have to be built", async () => {
    project.configure("staging", { greeting: "from staging", extra: true });
    await assert.rejects(
      Promise.resolve(deployer.promote({ stack: "staging", from: "dev", allowOtherProgram: true })),
      /extra-image-image would be built/,
    );
    project.configure("staging", { greeting: "from staging" });
  });

  it("takes the strategies of the target, and rolls back what does not hold", async () => {
    const rollout = { strategy: "canary", steps: [50], pause: "1s" };
    const built = await deployer.up({ stack: "dev" });
    assert.equal(built.verdict, "deployed", JSON.stringify(built.error));
    project.configure("staging", { greeting: "from staging", rollout });
    const result = await deployer.promote({ stack: "staging", from: "dev" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal(result.steps?.length, 2, JSON.stringify(result.steps));
    assert.equal((await project.answer("staging")).version, "2");
    const back = await deployer.rollback({ stack: "staging" });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(await project.runningImage("staging"), image);
  });

  it("leaves the next up to the working tree, as plan says", async () => {
    const { services } = await deployer.plan({ stack: "staging" });
    assert.equal(services[0]?.action, "rebuild", JSON.stringify(services));
    const result = await deployer.up({ stack: "staging" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal((await project.answer("staging")).version, "2");
    assert.notEqual(await docker("images", "-q", "lfpromote-staging/api-image"), "");
  });
});
