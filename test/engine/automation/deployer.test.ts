import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { DeployEvent } from "../../../automation/events";
import { testProject } from "./support";
import type { TestProject } from "./support";

const services = `exports.services = {}; exports.platform = "docker";`;

describe("Deployer on the real engine", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("deploys, says what changed, records the release, and says unchanged the next time", async () => {
    project = await testProject(`
      new Thing("a", { value: config.get("v") || "1" });
      exports.webName = "hello";
      exports.password = pulumi.secret("open-sesame-42");
      console.log("the password is open-sesame-42, " + config.requireSecret("token").apply(() => "hidden") );
      config.requireSecret("token").apply((t) => console.log("token " + t));
      ${services}`);
    project.config("dev", { token: "plain-for-now" });
    const operation = project.deployer.up({ stack: "dev", message: "first" });
    const events: DeployEvent[] = [];
    for await (const event of operation.events) events.push(event);
    const result = await operation;
    assert.equal(result.verdict, "deployed");
    assert.deepEqual(result.changes, { create: 2, update: 0, replace: 0, delete: 0, same: 0 });
    assert.equal(result.release, 1);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, i) => i + 1),
    );
    const done = events.filter((event) => event.kind === "resource" && event.state === "done");
    assert.ok(
      done.some(
        (event) => event.kind === "resource" && event.name === "a" && event.op === "create",
      ),
    );
    assert.ok(result.phases.some(({ phase, durationMs }) => phase === "update" && durationMs > 0));

    const again = await project.deployer.up({ stack: "dev" });
    assert.equal(again.verdict, "unchanged");
    assert.equal(again.release, 1);

    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.equal(releases.length, 1);
    assert.equal(releases[0]?.message, "first");
    assert.equal(releases[0].state, "deployed");

    const hidden = await project.deployer.outputs({ stack: "dev" });
    assert.deepEqual(hidden.outputs.password, { value: "[secret]", secret: true });
    assert.deepEqual(hidden.outputs.webName, { value: "hello", secret: false });
    const shown = await project.deployer.outputs({ stack: "dev", showSecrets: true });
    assert.deepEqual(shown.outputs.password, { value: "open-sesame-42", secret: true });

    const record = readFileSync(
      join(project.state, ".landfall/releases/tiny/dev/000001.json"),
      "utf8",
    );
    assert.ok(!record.includes("open-sesame-42"));
  });
});
