import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { UpResult } from "../../../automation";
import type { TestProject } from "../../engine/automation/support";
import { testProject } from "../../engine/automation/support";
import { ROOT } from "../../support/program";
import { SUBNETS } from "../addresses";
import { docker } from "./harness";

const NAME = "lfown";
const STACK = { stack: "dev" };
const FILTER = ["--filter", `label=landfall.project=${NAME}`];

const PROGRAM = `
const { Environment, RedisCache } = require(${JSON.stringify(path.join(ROOT, "bin/load.cjs"))})("components");
const environment = new Environment("shop", { docker: { subnet: "${SUBNETS.owners}.0/24", owner: config.get("owner") } });
new RedisCache("cache", { environment, maxMemory: "32MB" });
Object.assign(exports, { platform: "docker", services: {} });
`;

/** Two checkouts that deploy the same project and stack to one Docker engine, each with a state of its own. */
describe("two deployments of one name on one Docker engine", function () {
  this.timeout(300_000);
  const projects: TestProject[] = [];
  let first: TestProject;
  let second: TestProject;
  let owner: string;

  before(async () => {
    await removeAll();
    first = await checkout();
    second = await checkout();
    succeeded(await first.deployer.up(STACK));
    owner = await docker(
      "inspect",
      "-f",
      '{{index .Config.Labels "landfall.owner"}}',
      "lfown-dev-router",
    );
  });

  after(async () => {
    await removeAll();
    for (const project of projects) project.remove();
  });

  async function checkout(): Promise<TestProject> {
    const project = await testProject(PROGRAM, { name: NAME });
    project.config("dev", {});
    projects.push(project);
    return project;
  }

  it("labels all that it makes with one owner, which is kept", async () => {
    assert.match(owner, /^[0-9a-f]{16}$/);
    const made = await objects();
    assert.equal(made.length, 6, made.join("\n"));
    assert.deepEqual(await objects("--filter", `label=landfall.owner=${owner}`), made);
    const again = await first.deployer.up(STACK);
    assert.deepEqual({ ...again.changes, same: 0 }, NO_CHANGES, JSON.stringify(again.resources));
  });

  it("refuses the second before anything is made or adopted, and says whose the names are", async () => {
    const before = await inventory();
    for (const verb of ["preview", "up"] as const) {
      const said = await saidBy(second.deployer[verb](STACK));
      assert.match(
        said,
        new RegExp(
          `lfown/dev on the Docker engine at .* belongs to another deployment .owner ${owner}`,
        ),
      );
      assert.match(said, /container .{1,2}lfown-dev-router/);
      assert.match(said, /volume .{1,2}lfown-dev-cache-data/);
      assert.match(said, /deploy under another stack name, or destroy that deployment/);
    }
    assert.equal(await inventory(), before);
  });

  it("takes nothing of the first with it when the second is destroyed", async () => {
    const before = await inventory();
    await second.deployer.destroy(STACK);
    assert.equal(await inventory(), before);
  });

  it("knows its objects again after its checkout and its state have moved", async () => {
    const moved = await checkout();
    fs.cpSync(first.state, moved.state, { recursive: true });
    fs.cpSync(path.join(first.dir, "Pulumi.dev.yaml"), path.join(moved.dir, "Pulumi.dev.yaml"));
    const up = await moved.deployer.up(STACK);
    assert.deepEqual(
      { ...up.changes, same: 0 },
      NO_CHANGES,
      JSON.stringify(up.error ?? up.resources),
    );
  });

  it("clears after a killed update what is its own, and nothing of others", async () => {
    const image = await docker("inspect", "-f", "{{.Image}}", "lfown-dev-router");
    const labels = ["--label", `landfall.project=${NAME}`, "--label", "landfall.stack=dev"];
    await docker(
      "create",
      "--name",
      "lfown-own",
      ...labels,
      "--label",
      `landfall.owner=${owner}`,
      image,
    );
    await docker(
      "create",
      "--name",
      "lfown-other",
      ...labels,
      "--label",
      "landfall.owner=other",
      image,
    );
    await docker("create", "--name", "lfown-older", ...labels, image);
    interrupted(first, "lfown-own");
    const refused = await saidBy(first.deployer.up(STACK));
    assert.match(refused, /belongs to another deployment/);
    const names = (await docker("ps", "-a", ...FILTER, "--format", "{{.Names}}")).split("\n");
    assert.deepEqual(names.sort(), [
      "lfown-dev-cache",
      "lfown-dev-router",
      "lfown-older",
      "lfown-other",
    ]);
    await docker("rm", "lfown-other", "lfown-older");
  });

  it("lets a new state take over the data of a lost one, once nothing else is left, and only when told to", async () => {
    await docker("exec", "lfown-dev-cache", "sh", "-c", "echo kept > /data/mark");
    const heir = await checkout();
    heir.config("dev", { owner });
    assert.match(
      await saidBy(heir.deployer.up(STACK)),
      /only volumes can be; remove first .*lfown-dev-router/,
    );

    const ids = (await docker("ps", "-aq", ...FILTER)).split("\n");
    await docker("rm", "-f", ...ids);
    await docker("network", "rm", ...(await docker("network", "ls", "-q", ...FILTER)).split("\n"));
    assert.match(
      await saidBy(second.deployer.up(STACK)),
      new RegExp(`it left data behind: .*lfown-dev-cache-data.*landfall:owner. to .{1,2}${owner}`),
    );
    succeeded(await heir.deployer.up(STACK));
    assert.equal(await docker("exec", "lfown-dev-cache", "cat", "/data/mark"), "kept");
    heir.config("dev", { owner: "another" });
    assert.match(await saidBy(heir.deployer.up(STACK)), /must stay/);
    await heir.deployer.destroy({ ...STACK, allowDataLoss: ["cache"] });
    assert.deepEqual(await objects(), []);
  });
});

const NO_CHANGES = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

function succeeded(result: UpResult): void {
  assert.equal(result.error, undefined, JSON.stringify(result.error));
}

/** All that a refused operation says, be it in its result or as an error. */
async function saidBy(operation: PromiseLike<unknown>): Promise<string> {
  const result = await Promise.resolve(operation).catch((error: unknown) => error);
  const said = result instanceof Error ? result.message : JSON.stringify(result);
  assert.doesNotMatch(said, /"verdict":"(deployed|unchanged)"/);
  return said;
}

/** Leaves the state as an engine does that was killed while it made a container. */
function interrupted({ state }: TestProject, name: string): void {
  const file = path.join(state, ".pulumi/stacks", NAME, "dev.json");
  const stored = JSON.parse(fs.readFileSync(file, "utf8")) as Checkpoint;
  const type = "docker:index/container:Container";
  const urn = `urn:pulumi:dev::${NAME}::${type}::${name}`;
  stored.checkpoint.latest.pending_operations = [
    { type: "creating", resource: { urn, type, custom: true, inputs: { name } } },
  ];
  fs.writeFileSync(file, JSON.stringify(stored));
}

/** The part of a file backend's state that the test changes. */
interface Checkpoint {
  checkpoint: { latest: { pending_operations?: object[] } };
}

async function objects(...more: string[]): Promise<string[]> {
  const lists = await Promise.all([
    docker("ps", "-a", ...FILTER, ...more, "--format", "container {{.Names}}"),
    docker("network", "ls", ...FILTER, ...more, "--format", "network {{.Name}}"),
    docker("volume", "ls", ...FILTER, ...more, "--format", "volume {{.Name}}"),
  ]);
  return lists.flatMap((list) => list.split("\n").filter((line) => line !== "")).sort();
}

/** What is there, and since when. */
async function inventory(): Promise<string> {
  const ids = (await docker("ps", "-aq", ...FILTER)).split("\n");
  const started = await docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", ...ids);
  return [started, ...(await objects())].join("\n");
}

async function removeAll(): Promise<void> {
  const ids = (list: string) => list.split("\n").filter((id) => id !== "");
  const containers = ids(await docker("ps", "-aq", ...FILTER));
  if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
  const networks = ids(await docker("network", "ls", "-q", ...FILTER));
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const volumes = ids(await docker("volume", "ls", "-q", ...FILTER));
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}
