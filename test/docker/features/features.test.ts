import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import type { Deployer } from "../../../automation";
import { PORTS } from "../addresses";
import { removeProject } from "../stack/harness";
import { FeatureProject } from "./project";

describe("features, stop and start on Docker", () => {
  const project = new FeatureProject("lffeature", PORTS.features);
  const { stack } = project;
  let deployer: Deployer;

  before(async () => {
    await removeProject(project.name);
    deployer = await project.deployer();
    await project.configure({ replicas: "2" });
    const { verdict, error } = await deployer.up({ stack });
    assert.equal(verdict, "deployed", JSON.stringify(error));
  });

  after(() => project.remove());

  it("lists the features that services know, at their defaults", async () => {
    const { features } = await deployer.feature({ stack, set: "list" });
    assert.deepEqual(features, [
      { name: "broken", on: false, services: ["api"], enables: [] },
      { name: "new-theme", on: false, services: ["api"], enables: [] },
      { name: "search", on: true, services: [], enables: ["worker"] },
    ]);
    assert.deepEqual(await project.told(), { FEATURE_BROKEN: "off", FEATURE_NEW_THEME: "off" });
  });

  it("switches a feature under load without losing a request, and records it", async () => {
    const { update, features } = await deployer.feature({ stack, set: "on", name: "new-theme" });
    assert.equal(update?.verdict, "deployed", JSON.stringify(update?.error));
    assert.equal(update.load?.failed, 0, JSON.stringify(update.load));
    assert.ok(update.load.sent > 20);
    assert.equal(features.find(({ name }) => name === "new-theme")?.on, true);
    const told = { FEATURE_BROKEN: "off", FEATURE_NEW_THEME: "on", THEME: "new" };
    assert.deepEqual(await project.told(), told);
    const [newest] = (await deployer.history({ stack, limit: 1 })).releases;
    assert.equal(newest?.kind, "feature");
    assert.deepEqual(newest.switched, { "new-theme": true });
    assert.deepEqual(project.configured(`${project.name}:features`), { "new-theme": true });
    assert.match(fs.readFileSync(project.configFile, "utf8"), /^# the owner's own words/);
  });

  it("leaves the switch where it is on the next up, which has nothing to do", async () => {
    const { verdict } = await deployer.up({ stack });
    assert.equal(verdict, "unchanged");
    assert.equal((await project.told())["FEATURE_NEW_THEME"], "on");
  });

  it("does not switch twice, and makes no release of it", async () => {
    const before = (await deployer.history({ stack })).releases.length;
    const { update } = await deployer.feature({ stack, set: "on", name: "new-theme" });
    assert.equal(update?.verdict, "unchanged", JSON.stringify(update?.resources));
    assert.equal((await deployer.history({ stack })).releases.length, before);
  });

  it("starts and stops a whole service by its feature", async () => {
    const off = await deployer.feature({ stack, set: "off", name: "search" });
    assert.equal(off.update?.verdict, "deployed", JSON.stringify(off.update?.error));
    assert.deepEqual(await project.containers("worker"), []);
    const { services } = await deployer.status({ stack });
    const worker = services.find(({ service }) => service === "worker");
    assert.equal(worker?.state, "stopped");
    assert.deepEqual(worker.inactive, { by: "feature", feature: "search" });
    const on = await deployer.feature({ stack, set: "on", name: "search" });
    assert.equal(on.update?.verdict, "deployed", JSON.stringify(on.update?.error));
    assert.equal((await project.containers("worker")).length, 1);
  });

  it("has its alarms told by status: how long answers took, and what disk is left", async () => {
    await project.told();
    const { alarms } = await deployer.status({ stack });
    const told = (alarms?.raised ?? []).map(({ name, state }) => `${state} ${name}`);
    assert.ok(told.includes("alarm api: p95 above 1 ms"), told.join("; "));
    assert.ok(told.includes("alarm db: less than 1048576 MB of disk left"), told.join("; "));
    assert.ok(!told.some((each) => each.startsWith("unknown")), told.join("; "));
  });

  it("puts back what does not hold: service, config file and all", async () => {
    const before = fs.readFileSync(project.configFile, "utf8");
    const { update } = await deployer.feature({ stack, set: "on", name: "broken" });
    assert.equal(update?.verdict, "rolled_back", JSON.stringify(update?.error));
    assert.equal(update.load?.failed, 0, JSON.stringify(update.load));
    assert.equal((await project.told())["FEATURE_BROKEN"], "off");
    assert.equal(fs.readFileSync(project.configFile, "utf8"), before);
  });

  it("refuses what no service knows, and names what there is", async () => {
    await assert.rejects(deployer.feature({ stack, set: "on", name: "new-them" }).result, {
      code: "usage",
      message: /there are broken, new-theme, search; did you mean new-theme\?/,
    });
  });

  it("is refused by a freeze before the config file is touched", async () => {
    const before = fs.readFileSync(project.configFile, "utf8");
    await deployer.freeze({ stack, reason: "sale" });
    try {
      await assert.rejects(deployer.stop({ stack }).result, { code: "refused" });
    } finally {
      await deployer.unfreeze({ stack });
    }
    assert.equal(fs.readFileSync(project.configFile, "utf8"), before);
  });

  it("deploys nothing else that the working tree's config has", async () => {
    const before = fs.readFileSync(project.configFile, "utf8");
    const edited = before.replace(/replicas: .*/, "replicas: '1'");
    assert.notEqual(edited, before);
    fs.writeFileSync(project.configFile, edited);
    const { update } = await deployer.feature({ stack, set: "off", name: "new-theme" });
    assert.equal(update?.verdict, "deployed", JSON.stringify(update?.error));
    assert.equal((await project.containers("api")).length, 2);
    assert.equal(project.configured(`${project.name}:replicas`), "1");
    fs.writeFileSync(project.configFile, before.replace("new-theme: true", "new-theme: false"));
  });

  it("brings switches back with a rollback", async () => {
    const { releases } = await deployer.history({ stack });
    const on = releases.find(({ switched }) => switched?.["new-theme"] === true);
    const back = await deployer.rollback({ stack, to: on?.number ?? 0 });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal((await project.told())["FEATURE_NEW_THEME"], "on");
    await deployer.up({ stack });
    assert.equal((await project.told())["FEATURE_NEW_THEME"], "off");
  });

  it("stops a service: requests under way are finished, the next get 503 with Retry-After", async () => {
    const slow = fetch(`${project.url}/slow`).then(({ status }) => status);
    const result = await deployer.stop({ stack, service: "api" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual([result.affected, result.stopped], [["api"], ["api"]]);
    assert.equal(await slow, 200);
    const answer = await fetch(project.url);
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal((await project.containers("worker")).length, 1);
  });

  it("stays stopped on the next up, which says so, and is shown as stopped", async () => {
    const said: string[] = [];
    const { verdict } = await deployer.up(
      { stack },
      {
        onEvent: (event) => {
          if (event.kind === "diagnostic") said.push(event.message);
        },
      },
    );
    assert.equal(verdict, "unchanged");
    assert.ok(said.some((message) => message.includes("stopped, and left so: api")));
    assert.equal((await deployer.verify({ stack })).verdict, "deployed");
    const api = (await deployer.status({ stack })).services.find(
      ({ service }) => service === "api",
    );
    assert.equal(api?.state, "stopped");
    assert.deepEqual(api.inactive, { by: "stop" });
    assert.equal((await deployer.stop({ stack, service: "api" })).verdict, "unchanged");
  });

  it("stops and starts all services, and only them", async () => {
    const stopped = await deployer.stop({ stack });
    assert.equal(stopped.verdict, "deployed", JSON.stringify(stopped.error));
    assert.deepEqual([stopped.affected, stopped.stopped], [["worker"], ["api", "worker"]]);
    const { services } = await deployer.status({ stack });
    assert.equal(services.find(({ service }) => service === "db")?.state, "up");
    const started = await deployer.start({ stack });
    assert.equal(started.verdict, "deployed", JSON.stringify(started.error));
    assert.deepEqual([started.affected.sort(), started.stopped], [["api", "worker"], []]);
    assert.equal((await project.containers("api")).length, 2);
    assert.equal((await fetch(project.url)).status, 200);
    assert.equal((await deployer.start({ stack })).verdict, "unchanged");
  });

  it("refuses a service that is not there, and names those that are", async () => {
    await assert.rejects(deployer.stop({ stack, service: "aip" }).result, {
      code: "usage",
      message: /must be one of api, worker, got "aip"; did you mean api\?/,
    });
  });
});
