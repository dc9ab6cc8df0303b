import assert from "node:assert/strict";
import * as fs from "node:fs";
import { projectEnvironment } from "../../../toolchain/devEnvironment";
import { temporaryFolder } from "./folder";

describe("the environment of a stack", () => {
  const folder = temporaryFolder();

  it("gives dev a file backend and a passphrase file that only its owner reads", () => {
    const env = projectEnvironment(folder(), "dev", {});
    assert.deepEqual(env, {
      PULUMI_HOME: folder(".landfall/home"),
      PULUMI_BACKEND_URL: `file://${folder(".landfall/state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: folder(".landfall/passphrase"),
    });
    assert.equal(fs.statSync(folder(".landfall/passphrase")).mode & 0o777, 0o600);
    const passphrase = fs.readFileSync(folder(".landfall/passphrase"), "utf8");
    assert.match(passphrase, /^[\w-]{32}\n$/);
    projectEnvironment(folder(), "dev", {});
    assert.equal(fs.readFileSync(folder(".landfall/passphrase"), "utf8"), passphrase);
  });

  it("leaves a backend and a passphrase that the user has set", () => {
    const env = { PULUMI_BACKEND_URL: "s3://bucket", PULUMI_CONFIG_PASSPHRASE: "" };
    assert.deepEqual(projectEnvironment(folder(), "dev", env), {
      PULUMI_HOME: folder(".landfall/home"),
    });
    assert.equal(fs.existsSync(folder(".landfall/passphrase")), false);
  });

  it("gives other stacks neither", () => {
    assert.deepEqual(projectEnvironment(folder(), "production", {}), {
      PULUMI_HOME: folder(".landfall/home"),
    });
  });

  it("does not put a new passphrase in the place of one that encrypts state", () => {
    folder.write(folder(".landfall/state/.pulumi/stacks/shop/dev.json"), "{}");
    assert.throws(() => projectEnvironment(folder(), "dev", {}), /passphrase is gone.*backup/);
  });
});
