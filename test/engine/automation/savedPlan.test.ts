import * as assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SavedPlan } from "../../../automation/savedPlan";
import { testProject } from "./support";
import type { TestProject } from "./support";

const source = `
  new Thing("a", { value: config.get("v") || "1" });
  if (process.env.MORE) new Thing("more", { value: "1" });
  exports.services = {};`;

describe("a saved plan, on the real engine", () => {
  let project: TestProject;
  let restore: () => void;
  let file: string;

  before(async () => {
    project = await testProject(source);
    project.config("dev", { v: "1", pin: "4711" });
    assert.equal((await project.deployer.up({ stack: "dev" })).verdict, "deployed");
    project.config("dev", { v: "2", pin: "4711" });
    file = join(project.dir, "plan.json");
    const shown = await project.deployer.preview({ stack: "dev", save: file });
    assert.deepEqual([shown.saved, shown.changes.update], [file, 1]);
    restore = project.keep();
  });

  beforeEach(() => {
    restore();
  });

  after(() => {
    project.remove();
  });

  const plan = (): SavedPlan => JSON.parse(readFileSync(file, "utf8")) as SavedPlan;
  const refused = (message: RegExp, args: { stack?: string; planMaxAge?: number } = {}) =>
    assert.rejects(project.deployer.up({ stack: "dev", plan: file, ...args }).result, {
      code: "refused",
      message,
    });

  it("is its owner's alone, holds no values, and is carried out once", async () => {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(file, "utf8"), /4711/);
    assert.deepEqual(
      plan().changes.map(({ urn, op }) => [urn.split("::").at(-1), op]),
      [["a", "update"]],
    );
    const result = await project.deployer.up({ stack: "dev", plan: file, planMaxAge: 3600 });
    assert.equal(result.verdict, "deployed");
    const [release] = (await project.deployer.history({ stack: "dev" })).releases;
    assert.equal(release?.plan?.seal, plan().seal);
    await refused(/state: /);
  });

  it("is refused when config, program or lockfile have changed, and names which", async () => {
    project.config("dev", { v: "2", pin: "4712" });
    await refused(/config: tiny:pin$/);
    project.config("dev", { v: "2", pin: "4711" });
    project.program(`${source} // later`);
    writeFileSync(join(project.dir, "package-lock.json"), "{}");
    await refused(/program: its files differ\n {2}lockfile: /);
    assert.equal((await project.deployer.history({ stack: "dev" })).releases.length, 1);
  });

  it("is refused for another stack, when it is too old, changed, rubbish or of a later format", async () => {
    const text = readFileSync(file, "utf8");
    const write = (value: object): void => {
      writeFileSync(file, JSON.stringify(value));
    };
    await refused(/\d+ s old, and at most 0 s are allowed/, { planMaxAge: 0 });
    write({ ...plan(), changes: [] });
    await refused(/was changed since it was saved/);
    write({ ...(JSON.parse(text) as SavedPlan), format: 2 });
    await refused(/has format 2, of a later version/);
    write({ ...(JSON.parse(text) as SavedPlan), extra: 1 });
    await refused(/is damaged/);
    for (const rubbish of ["", "null", "[]", "\u0000", text.slice(0, 200)]) {
      writeFileSync(file, rubbish);
      await refused(/is no plan/);
    }
    writeFileSync(file, text);
    project.config("other", {});
    await refused(/belongs to another stack|is for stack "dev"/, { stack: "other" });
  });

  it("is refused when the program would do something else though its files are the same", async () => {
    const other = project.with({ env: { ...project.env, MORE: "1" } });
    await assert.rejects(other.up({ stack: "dev", plan: file }).result, {
      code: "refused",
      message: /changes: .* more was none, is create/,
    });
  });

  it("of a stack that was never deployed makes it, and only as it was shown", async () => {
    project.config("fresh", { v: "1", pin: "4711" });
    const shown = await project.deployer.preview({ stack: "fresh", save: file });
    assert.deepEqual([shown.changed, shown.changes.create > 0, shown.dataLoss], [true, true, []]);
    project.config("fresh", { v: "2", pin: "4711" });
    await assert.rejects(project.deployer.up({ stack: "fresh", plan: file }).result, {
      code: "refused",
      message: /config: tiny:v$/,
    });
    project.config("fresh", { v: "1", pin: "4711" });
    const made = await project.deployer.up({ stack: "fresh", plan: file });
    assert.equal(made.verdict, "deployed", JSON.stringify(made.error));
    assert.deepEqual([made.release, made.changes.create], [1, shown.changes.create]);
    await assert.rejects(project.deployer.up({ stack: "fresh", plan: file }).result, {
      code: "refused",
      message: /state: /,
    });
  });

  it("stops an update that goes beyond it, and tells at what", async () => {
    // Not in its own preview, but once it is deployed: nothing but the engine's events can show that.
    project.program(`
      new Thing("a", { value: "2" });
      if (!pulumi.runtime.isDryRun()) {
        const first = new Thing("beyond", { value: "1", ms: 4000 });
        new Thing("further", { value: "1" }, { dependsOn: [first] });
      }
      exports.services = {};`);
    await project.deployer.preview({ stack: "dev", save: file });
    const result = await project.deployer.up({ stack: "dev", plan: file });
    assert.equal(result.error?.code, "beyond_plan", JSON.stringify(result.error));
    assert.match(result.error.message, /Thing beyond: create, and the plan does not name it/);
    assert.notEqual(result.verdict, "deployed");
    const { resources } = await project.deployer.status({ stack: "dev" });
    assert.ok(resources <= 2, `${resources} resources: the second was begun after the first`);
    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.equal(releases.length, 2);
  });
});
