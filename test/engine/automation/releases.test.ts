import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { dump, load } from "js-yaml";

import { testProject, testToolchain } from "./support";
import type { TestProject } from "./support";

const source = `
  new Thing("web", { value: config.get("v") || "" });
  exports.token = config.getSecret("token");
  exports.services = {};
  exports.migrationHead = config.get("head") || "0001";`;

describe("looking at releases", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  const stack = "dev";
  const secret = "hunter22-hunter22";

  it("shows a release with its config, and the difference of two, without a secret's value", async () => {
    project = await testProject(source);
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: project.dir,
        encoding: "utf8",
      });
    git("init", "-q");
    const commit = (message: string): void => {
      writeFileSync(join(project.dir, "note"), message);
      git("add", "note");
      git("commit", "-q", "-m", message);
    };
    const file = join(project.dir, "Pulumi.dev.yaml");
    const set = (value: string): void => {
      pulumi("config", "set", "--secret", "tiny:token", value);
    };
    const { pulumi: binary } = await testToolchain();
    const pulumi = (...args: string[]): void => {
      execFileSync(binary, [...args, "--stack", stack], {
        cwd: project.dir,
        env: { ...project.env, PULUMI_HOME: join(project.dir, "home") },
      });
    };

    commit("First");
    project.config(stack, { v: "1", features: { basket: false, gifts: true } });
    assert.equal((await project.deployer.up({ stack })).release, 1);
    set(secret);
    assert.equal((await project.deployer.up({ stack, message: "with a token" })).release, 2);
    // The same secret, encrypted again.
    set(secret);
    commit("Second");
    commit("Third");
    const settings = load(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const features = { basket: true, gifts: true };
    const config = { ...settings.config, "tiny:v": "2", "tiny:features": features };
    writeFileSync(file, dump({ ...settings, config }));
    assert.equal((await project.deployer.up({ stack })).release, 3);

    const shown = await project.deployer.show({ stack, release: 2 });
    assert.deepEqual(
      shown.config.find(({ key }) => key === "tiny:token"),
      { key: "tiny:token", value: "[secret]", secret: true },
    );
    assert.deepEqual([shown.release.number, shown.current], [2, false]);
    assert.deepEqual(
      [shown.release.message, shown.release.migrationHead],
      ["with a token", "0001"],
    );
    assert.equal((await project.deployer.show({ stack })).release.number, 3);

    const added = await project.deployer.diff({ stack, from: 1, to: 2 });
    assert.deepEqual(added.config, [{ key: "tiny:token", change: "added", secret: true }]);
    const changed = await project.deployer.diff({ stack, from: 2 });
    assert.equal(changed.to.number, 3);
    assert.deepEqual(
      changed.config.map(({ key, before, after }) => [key, before, after]),
      [["tiny:v", "1", "2"]],
    );
    assert.deepEqual(
      changed.features.map(({ key, before, after }) => [key, before, after]),
      [["basket", "false", "true"]],
    );
    assert.deepEqual([changed.program?.commits?.added, changed.program?.commits?.removed], [2, 0]);
    assert.match(changed.program?.commits?.newest[0] ?? "", /^[0-9a-f]+ Third$/);
    const same = await project.deployer.diff({ stack, from: 3, to: 3 });
    assert.deepEqual([same.same, same.config, same.notes], [true, [], []]);

    const locked = project.with({ env: { ...project.env, PULUMI_CONFIG_PASSPHRASE: "wrong" } });
    const blind = await locked.diff({ stack, from: 1, to: 3 });
    assert.match(blind.notes[0] ?? "", /secrets .* were not compared/);
    assert.deepEqual(
      blind.config.map(({ key, change }) => [key, change]),
      [
        ["tiny:token", "added"],
        ["tiny:v", "changed"],
      ],
    );
    const all = JSON.stringify([shown, added, changed, blind]);
    assert.ok(!all.includes(secret) && !all.includes("secure"));
  });

  it("says which releases there are when one is not there", async () => {
    project = await testProject(source);
    project.config(stack, {});
    await assert.rejects(project.deployer.show({ stack }).result, {
      code: "release_not_found",
      message: /has no releases yet/,
    });
    await project.deployer.up({ stack });
    await assert.rejects(project.deployer.show({ stack, release: 9 }).result, {
      code: "release_not_found",
      message: "there is no release 9: there are 1",
    });
    await assert.rejects(project.deployer.diff({ stack, from: 1, to: 9 }).result, {
      code: "release_not_found",
    });
    await assert.rejects(project.deployer.show({ stack: "dve" }).result, {
      code: "stack_not_found",
    });
  });
});
