import * as assert from "node:assert/strict";
import * as path from "node:path";
import { LandfallError } from "../../../automation";
import { TestRegistry } from "../../support/registry";
import { ROOT } from "../../support/program";
import { PORTS } from "../addresses";
import { docker } from "../stack/harness";
import { PromoteProject } from "./project";

describe("a registry on Docker", () => {
  const project = new PromoteProject("lfregistry", PORTS.registry);
  const registry = new TestRegistry(
    PORTS.registry.registry,
    path.join(ROOT, ".landfall", "tmp", "lfregistry-store"),
  );
  const { deployer } = project;
  const login = {
    registry: `${registry.host}/shop`,
    registryUser: registry.username,
    registryPassword: registry.password,
  };
  const address = registry.host.replaceAll(".", "\\.");
  let image = "";
  let repoDigest = "";

  before(async () => {
    await registry.start();
    project.configure("dev", login);
    project.configure("staging", login);
    await project.commit("1");
  });

  after(async () => {
    await project.remove();
    await registry.remove();
  });

  it("takes what is built, and the release keeps its digest", async () => {
    const result = await deployer.up({ stack: "dev" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    image = await project.runningImage("dev");
    const { release } = await deployer.show({ stack: "dev" });
    assert.equal(release.images["api"]?.digest, image);
    repoDigest = release.images.api.repoDigest ?? "";
    assert.match(
      repoDigest,
      new RegExp(`^${address}/shop/lfregistry-dev/api-image@sha256:[0-9a-f]{64}$`),
    );
    assert.ok(!JSON.stringify(result).includes(registry.password));
  });

  it("gives a promotion by digest what the engine has no more", async () => {
    await deployer.destroy({ stack: "dev", includeProtected: true });
    await docker("rmi", "-f", image);
    const result = await deployer.promote({ stack: "staging", from: "dev" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal(await project.runningImage("staging"), image);
    const { release } = await deployer.show({ stack: "staging" });
    assert.equal(release.images.api?.repoDigest, repoDigest);
  });

  it("that is lost in mid-push leaves the old version serving", async () => {
    await project.commit("2");
    await registry.stop();
    const result = await deployer.up({ stack: "staging" });
    assert.ok(["rolled_back", "failed"].includes(result.verdict), result.verdict);
    assert.equal(result.error?.code, "registry", JSON.stringify(result.error));
    assert.match(result.error.message, new RegExp(`registry ${address}: push of `));
    assert.equal((await project.answer("staging")).version, "1");
    assert.equal(await project.runningImage("staging"), image);
  });

  it("is asked again once it is back", async () => {
    await registry.start();
    const result = await deployer.up({ stack: "staging" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal((await project.answer("staging")).version, "2");
  });

  it("that cannot be reached for a pull is named, and nothing has begun", async () => {
    await deployer.destroy({ stack: "staging", includeProtected: true });
    await docker("rmi", "-f", image);
    await registry.stop();
    await assert.rejects(
      Promise.resolve(deployer.promote({ stack: "staging", from: "dev", allowOtherProgram: true })),
      (error) =>
        error instanceof LandfallError &&
        error.code === "registry" &&
        error.exitCode === 1 &&
        new RegExp(`registry ${address}: pull of `).test(error.message),
    );
    await registry.start();
  });
});
