import * as assert from "node:assert/strict";
import { hostname } from "node:os";

import { Bucket } from "../../../automation/stores/bucket";
import { parseBucketUrl } from "../../../automation/stores/bucketUrl";
import { deadPid } from "../../support/releaseStore";
import { S3Server } from "../../support/s3Server";
import { testProject } from "./support";
import type { TestProject } from "./support";

const source = `
  new Thing("web", { value: config.require("v") });
  exports.v = config.require("v");
  exports.services = {};`;

describe("a stack whose state is in a bucket", () => {
  let server: S3Server;
  let project: TestProject;

  before(async () => {
    server = await S3Server.start();
    await server.makeBucket("states");
  });

  after(async () => {
    await server.stop();
  });

  afterEach(() => {
    project.remove();
  });

  it("has its releases and its locks beside the state, and its history and rollback from there", async () => {
    project = await testProject(source);
    const url = server.url("states/team");
    const env = { ...project.env, ...server.env, PULUMI_BACKEND_URL: url };
    const deployer = project.with({ env });
    project.config("dev", { v: "1" });
    assert.equal((await deployer.up({ stack: "dev" })).release, 1);
    project.config("dev", { v: "2" });

    const bucket = new Bucket(parseBucketUrl(url), env);
    const lock = ".pulumi/locks/organization/tiny/dev/left.json";
    const left = { pid: deadPid, username: "anna", timestamp: new Date().toISOString() };
    await bucket.write(lock, JSON.stringify({ ...left, hostname: "elsewhere" }));
    await assert.rejects(deployer.up({ stack: "dev" }).result, {
      code: "locked",
      message: /anna@elsewhere/,
    });
    await bucket.write(lock, JSON.stringify({ ...left, hostname: hostname() }));
    assert.equal((await deployer.up({ stack: "dev" })).release, 2);
    assert.deepEqual(await bucket.keys(".pulumi/locks/"), []);

    const back = await deployer.rollback({ stack: "dev" });
    assert.deepEqual([back.verdict, back.release, back.to], ["deployed", 3, 1]);
    const { releases } = await deployer.history({ stack: "dev" });
    assert.deepEqual(
      releases.map(({ number, state }) => [number, state]),
      [
        [3, "deployed"],
        [2, "deployed"],
        [1, "deployed"],
      ],
    );
    assert.deepEqual(await bucket.keys(".landfall/releases/tiny/dev/0"), [
      ".landfall/releases/tiny/dev/000001.json",
      ".landfall/releases/tiny/dev/000002.json",
      ".landfall/releases/tiny/dev/000003.json",
    ]);
    await deployer.destroy({ stack: "dev", remove: true });
    assert.deepEqual(await bucket.keys(".landfall/"), []);
  });

  it("may keep its releases elsewhere, and says when that leads nowhere", async () => {
    project = await testProject(source);
    const url = server.url("states/releases-only");
    const deployer = project.with({ env: { ...project.env, ...server.env } });
    project.config("dev", { v: "1" });
    const write = (store: string): void => {
      project.config("dev", { v: "1" }, { "landfall:releaseStore": store });
    };
    write(url);
    assert.equal((await deployer.up({ stack: "dev" })).release, 1);
    const bucket = new Bucket(parseBucketUrl(url), server.env);
    assert.equal((await bucket.keys(".landfall/releases/tiny/dev/0")).length, 1);

    write("https://shop.example");
    await assert.rejects(deployer.history({ stack: "dev" }).result, {
      code: "config",
      message: /landfall:releaseStore.*must be a file:\/\/ or an s3:\/\/ URL/,
    });
    write(server.url("no-such-bucket"));
    await assert.rejects(deployer.history({ stack: "dev" }).result, {
      code: "backend_unreachable",
      message: /no such bucket/,
    });
  });
});
