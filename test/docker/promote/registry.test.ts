import * as assert from "node:assert/strict";
import * as path from "node:path";
import { LandfallError } from "../../../automation";
import { exitCodes } from "../../../automation/errors";
import { endsIn, losesNothing } from "../../support/ends";
import { FlakyProxy } from "../../support/flakyProxy";
import { TestRegistry } from "../../support/registry";
import { ROOT } from "../../support/program";
import { PORTS } from "../addresses";
import { docker, removeProject } from "../stack/harness";
import { PromoteProject } from "./project";

describe("a registry on Docker", () => {
  const project = new PromoteProject("lfregistry", PORTS.registry);
  const registry = new TestRegistry(
    PORTS.registry.registry,
    path.join(ROOT, ".landfall", "tmp", "lfregistry-store"),
  );
  const proxy = new FlakyProxy(PORTS.registry.proxy, PORTS.registry.registry);
  const { deployer } = project;
  const login = {
    registry: `${proxy.host}/shop`,
    registryUser: registry.username,
    registryPassword: registry.password,
  };
  const address = proxy.host.replaceAll(".", "\\.");
  let image = "";
  let repoDigest = "";

  before(async () => {
    await removeProject(project.name);
    await registry.start();
    await proxy.open();
    project.configure("dev", login);
    project.configure("staging", login);
    await project.commit("1");
  });

  after(async () => {
    await project.remove();
    await proxy.close();
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

  it("that is lost before the push leaves the old version serving", async () => {
    await project.commit("2");
    await registry.stop();
    const result = await deployer.up({ stack: "staging" });
    endsIn(result, "rolled_back", exitCodes.rolledBack);
    losesNothing(result);
    assert.equal(result.error?.code, "registry", JSON.stringify(result.error));
    assert.match(result.error.message, new RegExp(`registry ${address}: push of `));
    assert.equal((await project.answer("staging")).version, "1");
    assert.equal(await project.runningImage("staging"), image);
    await registry.start();
  });

  it("that is lost in the middle of a push leaves the old version serving, and loses nothing", async () => {
    const size = 12 * 1024 * 1024;
    project.payload(size);
    await project.commit("2");
    await proxy.open();
    proxy.cutAfter(size / 2);
    const result = await deployer.up({ stack: "staging" });
    assert.ok(proxy.cuts > 0 && proxy.sent > size / 2, `${proxy.sent} bytes were pushed`);
    endsIn(result, "rolled_back", exitCodes.rolledBack);
    losesNothing(result);
    assert.equal(result.error?.code, "registry", JSON.stringify(result.error));
    assert.match(result.error.message, new RegExp(`registry ${address}: push of `));
    assert.ok(!JSON.stringify(result).includes(registry.password));
    assert.equal(await project.runningImage("staging"), image);
    assert.equal((await project.answer("staging")).version, "1");
    assert.equal(await registry.manifest(repoDigest), 200);
  });

  it("is asked again once it is back", async () => {
    await proxy.open();
    const result = await deployer.up({ stack: "staging" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal((await project.answer("staging")).version, "2");
    const { release } = await deployer.show({ stack: "staging" });
    assert.equal(await registry.manifest(release.images["api"]?.repoDigest ?? ""), 200);
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
