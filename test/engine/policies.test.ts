import * as assert from "node:assert/strict";
import { resolve } from "node:path";

import { testProject } from "./automation/support";
import type { TestProject } from "./automation/support";

const pack = resolve(__dirname, "../../policies");

/** Containers of a provider that makes nothing: the rules go by types, and no Docker is needed to break them. */
const source = `
  class Route extends pulumi.CustomResource {
    constructor(name, props, opts) {
      super("pulumi-nodejs:dynamic/landfall:Route", name, { __provider: code, ...props }, opts);
    }
  }
  new Thing("first", { value: "1" });
  new Route("open", { service: "predictor", value: "r", listen: config.getBoolean("open")
    ? [{ port: 8000, hosts: ["predictor"] }, { port: 28000 }] : [{ port: 8000, hosts: ["predictor"] }] });
  exports.services = {};`;

describe("the policy pack, on the real engine", () => {
  let project: TestProject;

  beforeEach(async () => {
    project = await testProject(source);
  });

  afterEach(() => {
    project.remove();
  });

  it("refuses what breaks its rules in production, before anything is made", async () => {
    project.config("production", { open: true });
    await assert.rejects(project.deployer.up({ stack: "production" }).result, {
      code: "refused",
      exitCode: 6,
      message: /nothing-internal-published.*\n?.*the predictor predictor is open to the outside/,
    });
    assert.equal((await project.deployer.status({ stack: "production" })).resources, 0);
    assert.deepEqual((await project.deployer.history({ stack: "production" })).releases, []);
    project.config("production", { open: false });
    const { verdict } = await project.deployer.up({ stack: "production" });
    assert.equal(verdict, "deployed");
  });

  it("advises elsewhere where it is asked for, and is as strict as the config says", async () => {
    const config = (more: Record<string, unknown>): void => {
      project.config("dev", { open: true }, { "landfall:policyPack": pack, ...more });
    };
    config({});
    const { changed, diagnostics } = await project.deployer.preview({ stack: "dev" });
    assert.ok(changed, JSON.stringify(diagnostics));
    config({ "landfall:policies": { "nothing-internal-published": "mandatory" } });
    await assert.rejects(project.deployer.preview({ stack: "dev" }).result, { code: "refused" });
    config({ "landfall:policyPack": "nowhere" });
    await assert.rejects(project.deployer.up({ stack: "dev" }).result, {
      code: "config",
      message: /landfall:policyPack/,
    });
  });

  it("tells a secret variable from one in plain, and shows neither", async () => {
    const env = (value: string): void => {
      project.program(`
        const docker = require("@pulumi/docker");
        new docker.Container("c", { name: "zz-policy-c", image: "x@sha256:" + "a".repeat(64),
          envs: [${value}], restart: "always", memory: 64, cpus: "0.5", logOpts: { "max-size": "1m" } });
        exports.services = {};`);
    };
    project.config("production", {});
    env(`pulumi.secret("DB_PASSWORD=hunter2-hunter2")`);
    assert.equal((await project.deployer.preview({ stack: "production" })).changes.create, 2);
    env(`"DB_PASSWORD=hunter2-hunter2"`);
    await assert.rejects(
      project.deployer.preview({ stack: "production" }).result,
      (error: Error) => {
        assert.match(error.message, /no-plain-secrets.*the variable DB_PASSWORD is in plain/s);
        assert.doesNotMatch(JSON.stringify(error), /hunter2/);
        return true;
      },
    );
  });
});
