import * as assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";

import { descendantsOf, gone } from "../../../automation/engine/processTree";
import type { ReleaseRecord } from "../../../automation/release";
import { deadPid } from "../../support/releaseStore";
import { cliProject, start } from "../cli/support";
import { testProject } from "./support";
import type { TestProject } from "./support";

const source = `
  const inputs = { value: config.require("v"), ms: config.get("ms") || 0, journal: config.get("journal") || "" };
  new Thing("web", inputs, {}, "landfall:Thing");
  exports.v = config.require("v");
  exports.platform = "docker";
  exports.services = {};`;

describe("releases that were left without a verdict", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  const stack = "dev";
  const file = (number: number): string =>
    join(project.state, ".landfall/releases/tiny/dev", `${String(number).padStart(6, "0")}.json`);
  const recordOf = (number: number): ReleaseRecord =>
    JSON.parse(readFileSync(file(number), "utf8")) as ReleaseRecord;
  /** As a process leaves it that is killed before the end. */
  const cutOff = (number: number, change: Partial<ReleaseRecord> = {}): void => {
    const { finishedAt: _, durationMs: _d, images: _i, ...record } = recordOf(number);
    const process = { pid: deadPid, host: hostname() };
    const left = { ...record, images: {}, state: "running", process, ...change };
    writeFileSync(file(number), JSON.stringify(left));
  };
  const states = async (): Promise<unknown[]> =>
    (await project.deployer.history({ stack })).releases.map(({ number, state }) => [
      number,
      state,
    ]);

  it("are settled by verify: one whose update was finished by what runs", async () => {
    project = await testProject(source);
    project.config(stack, { v: "1" });
    await project.deployer.up({ stack });
    cutOff(1);
    assert.deepEqual(await states(), [[1, "interrupted"]]);
    const { settled, verdict } = await project.deployer.verify({ stack });
    assert.equal(verdict, "deployed");
    assert.deepEqual(
      settled.map(({ release, from, to }) => [release, from, to]),
      [[1, "interrupted", "deployed"]],
    );
    const { state, settled: how } = recordOf(1);
    assert.deepEqual([state, how?.was], ["deployed", "interrupted"]);
    assert.deepEqual((await project.deployer.verify({ stack })).settled, []);
  });

  it("are settled by the next update: one whose own update never ran stays interrupted", async () => {
    project = await testProject(source);
    project.config(stack, { v: "1" });
    await project.deployer.up({ stack });
    writeFileSync(file(2), JSON.stringify({ ...recordOf(1), number: 2 }));
    cutOff(2, { startedAt: new Date(Date.now() + 2000).toISOString() });
    project.config(stack, { v: "2" });
    const result = await project.deployer.up({ stack });
    assert.deepEqual([result.verdict, result.release], ["deployed", 3]);
    assert.match(result.recovered[0]?.detail ?? "", /interrupted: its update was not finished/);
    assert.equal(recordOf(2).settled?.was, "interrupted");
    assert.deepEqual(await states(), [
      [3, "deployed"],
      [2, "interrupted"],
      [1, "deployed"],
    ]);
    assert.deepEqual((await project.deployer.up({ stack })).recovered, []);
  });

  it("are never taken for what another config has put in their place", async () => {
    project = await testProject(source);
    project.config(stack, { v: "1" });
    await project.deployer.up({ stack });
    cutOff(1, { config: '{"config": {"tiny:v": "7"}}' });
    const { settled } = await project.deployer.verify({ stack });
    assert.equal(settled[0]?.to, "interrupted");
    assert.match(settled[0].detail, /another config/);
  });

  it("are left alone by others while their process on another host may live", async () => {
    project = await testProject(source);
    project.config(stack, { v: "1" });
    await project.deployer.up({ stack });
    cutOff(1, { process: { pid: 1, host: "elsewhere" } });
    assert.deepEqual((await project.deployer.verify({ stack })).settled, []);
    assert.deepEqual(await states(), [[1, "running"]]);
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    cutOff(1, { process: { pid: 1, host: "elsewhere" }, startedAt });
    assert.equal((await project.deployer.verify({ stack })).settled[0]?.to, "deployed");
  });

  it("are settled by verify: one that could not be observed, once it can be", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    project = await testProject(`
      new Thing("web", { value: "1" });
      exports.platform = "docker";
      exports.services = { web: { image: "web:1", digest: "${digest}", revision: "r1", replicas: 1,
        healthPath: "/", port: 80, exposure: "internal", containers: ["web-1"] } };`);
    project.config(stack, {});
    const away = { ...project.env, DOCKER_HOST: "tcp://127.0.0.1:9" };
    const result = await project.with({ env: away }).up({ stack, verifyTimeout: 0 });
    assert.deepEqual([result.verdict, result.release], ["unverified", 1]);

    const daemon = createServer((_, response) => {
      const State = { Status: "running", StartedAt: "2026-01-01T00:00:00Z" };
      const Config = { Labels: { "landfall.revision": "r1" } };
      response.end(JSON.stringify({ State, Image: digest, Config, RestartCount: 0 }));
    });
    daemon.listen(0, "127.0.0.1");
    await once(daemon, "listening");
    const { port } = daemon.address() as AddressInfo;
    try {
      const still = await project.with({ env: away }).verify({ stack, verifyTimeout: 0 });
      assert.deepEqual([still.verdict, still.settled], ["unverified", []]);
      const env = { ...project.env, DOCKER_HOST: `tcp://127.0.0.1:${port}` };
      const seen = await project.with({ env }).verify({ stack, verifyTimeout: 0 });
      assert.deepEqual(
        seen.settled.map(({ from, to }) => [from, to]),
        [["unverified", "deployed"]],
      );
    } finally {
      daemon.closeAllConnections();
      daemon.close();
    }
    const { state, error, services, settled } = recordOf(1);
    assert.deepEqual([state, error, services[0]?.state], ["deployed", undefined, "matches"]);
    assert.equal(settled?.was, "unverified");
  });

  for (const whole of [true, false]) {
    const what = whole ? "with its engine" : "alone";
    it(`are settled by the next update after a kill -9 of the command ${what}`, async () => {
      project = await cliProject(source, { name: "tiny" });
      const journal = join(project.dir, "journal");
      project.config(stack, { v: "1", ms: "3000", journal });
      const { child, finished } = start(project, ["up"]);
      while (!existsSync(journal)) await new Promise((resolve) => setTimeout(resolve, 50));
      const tree = await descendantsOf(child.pid ?? 0);
      const victims = whole ? [...tree, child.pid ?? 0].reverse() : [child.pid ?? 0];
      for (const pid of victims) process.kill(pid, "SIGKILL");
      await finished;
      const { verdict, recovered } = await project.deployer.up({ stack, wait: 60 });
      const actions = recovered.filter(({ action }) => action === "release-settled");
      assert.equal(actions.length, 1);
      const { state } = recordOf(1);
      assert.match(actions[0]?.detail ?? "", new RegExp(`^${state}`));
      // An engine that is left alone may come to its end, or be cut short by the pipe that is gone.
      assert.ok(state === "interrupted" || (state === "deployed" && !whole), state);
      assert.equal(verdict, state === "deployed" ? "unchanged" : "deployed");
      assert.deepEqual(await gone(tree, 20_000), []);
    });
  }
});
