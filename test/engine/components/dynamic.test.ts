import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { providerText } from "../../../components/dynamic/providerText";
import type { Outcome } from "../toolchain/project";
import { TinyProject } from "../toolchain/project";

const root = path.resolve(__dirname, "../../..");
const REAL = JSON.stringify(path.join(root, "bin/dynamic.cjs"));

// A package in the project's own node_modules, so that a new version of it can be "installed".
const PACKAGE = {
  "node_modules/landfall/package.json": JSON.stringify({
    name: "landfall",
    version: "1.0.0",
    exports: { "./dynamic": "./dynamic.cjs" },
  }),
  "node_modules/landfall/dynamic.cjs": `module.exports = require(${REAL});`,
};

describe("a dynamic resource under the real engine", function () {
  this.timeout(180_000);
  let project: TinyProject;
  let held: net.Server;

  before(async () => {
    held = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => held.once("listening", resolve));
    project = await TinyProject.create(
      { ...PACKAGE, "index.js": program(await freePort()) },
      { withoutSdk: true },
    );
    fs.symlinkSync(
      path.join(root, "node_modules/@pulumi"),
      path.join(project.folder, "node_modules/@pulumi"),
    );
  });

  after(() => {
    held.close();
    project.remove();
  });

  it("is created, and keeps nothing of our code in the state", async () => {
    succeeded(await project.run("up", "--yes"));
    const state = succeeded(await project.run("stack", "export"));
    const { deployment } = JSON.parse(state) as {
      deployment: { resources: { type: string; inputs?: { __provider?: string } }[] };
    };
    const [check] = deployment.resources.filter(({ type }) => type.endsWith(":PortCheck"));
    assert.equal(check?.type, "pulumi-nodejs:dynamic/landfall:PortCheck");
    assert.equal(check.inputs?.__provider, providerText("ports"));
  });

  it("shows no change when only our code has changed", async () => {
    fs.writeFileSync(
      path.join(project.folder, "node_modules/landfall/dynamic.cjs"),
      `const { ports, ...rest } = require(${REAL});
       require("fs").writeFileSync("second-version-ran", "");
       module.exports = { ...rest, ports: { ...ports, create() { throw new Error("created again"); } } };`,
    );
    succeeded(await project.run("preview", "--expect-no-changes"));
    assert.ok(
      fs.existsSync(path.join(project.folder, "second-version-ran")),
      "the second version was not loaded",
    );
    succeeded(await project.run("up", "--yes", "--skip-preview"));
  });

  it("fails already in the preview when a port is held, and names the holder", async () => {
    const { port } = held.address() as net.AddressInfo;
    fs.writeFileSync(path.join(project.folder, "index.js"), program(port));
    const { code, output } = await project.run("preview");
    assert.notEqual(code, 0);
    assert.match(
      output,
      new RegExp(`port ${port} of 127\\.0\\.0\\.1.* is held by process ${process.pid}`),
    );
  });

  it("is destroyed", async () => {
    succeeded(await project.run("destroy", "--yes"));
  });
});

function program(port: number): string {
  return `
    const load = require(${JSON.stringify(path.join(root, "bin/load.cjs"))});
    const { PortCheck } = load("components/docker/dynamic/resources");
    new PortCheck("ports", {
      bindAddress: "127.0.0.1",
      ports: [{ port: ${port}, usedBy: "a test" }],
      routerLabels: { "landfall.project": "tiny" },
    });`;
}

function succeeded({ code, output }: Outcome): string {
  assert.equal(code, 0, output);
  return output;
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
