import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import type { DestroyResult, DoctorResult, UpResult } from "../../automation";
import { UserProject, freePort } from "./project";

const PROJECT = "landfall-package-test";

describe("the package, installed in a project of a user's own", function () {
  this.timeout(600_000);
  let project: UserProject;
  let port: number;
  let isDeployed = false;
  const url = (page: string): string => `http://127.0.0.1:${port}${page}`;
  const json = async <T>(verb: string, ...args: string[]): Promise<T> =>
    JSON.parse(await project.bin("landfall", verb, "--json", ...args)) as T;
  const destroy = (): Promise<DestroyResult> =>
    json("destroy", "--include-protected", "--remove", "--yes");

  before(async () => {
    assert.deepEqual(await leftOvers(), [], `objects of an earlier run: remove them first`);
    project = await UserProject.create("fixture");
    port = await freePort();
    project.write("Pulumi.dev.yaml", `config:\n  ${PROJECT}:port: ${port}\n`);
    project.lendEngine();
  });

  after(async () => {
    // Undefined when it could not be installed.
    const made = project as UserProject | undefined;
    try {
      if (isDeployed) await destroy();
    } finally {
      made?.remove();
      await removeImages();
    }
  });

  it("holds every file that its exports, commands and set-up name, and no source", () => {
    const root = project.path("node_modules", "landfall");
    const { exports, bin } = JSON.parse(
      fs.readFileSync(path.join(root, "package.json"), "utf8"),
    ) as { exports: Record<string, string | Record<string, string>>; bin: Record<string, string> };
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    const assets = ["toolchain/engine/go.mod", "toolchain/engine/go.sum"];
    for (const file of [...targets, ...Object.values(bin), ...assets, ...imageAssets()])
      assert.ok(fs.existsSync(path.join(root, file)), `${file} is not in the package`);
    const files = fs.readdirSync(root, { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => /(?<!\.d)\.ts$|^tsconfig|\.test\./.test(file));
    assert.deepEqual(sources, []);
  });

  it("exports what its typings declare", async () => {
    const print = `console.log(JSON.stringify([Object.keys(require("landfall")), Object.keys(require("landfall/automation")), Object.keys(require("landfall/dynamic"))]))`;
    const [components, automation, dynamic] = JSON.parse(await project.node(print)) as [
      string[],
      string[],
      string[],
    ];
    assert.ok(["Environment", "WebFrontend", "RedisCache"].every((n) => components.includes(n)));
    assert.ok(["Deployer", "LandfallError"].every((name) => automation.includes(name)));
    assert.ok(dynamic.length > 0);
  });

  for (const [resolution, options] of Object.entries({
    "by exports": [],
    "by typesVersions": ["--module", "commonjs", "--moduleResolution", "node10", "--skipLibCheck"],
  })) {
    it(`type-checks strictly, found ${resolution}`, async () => {
      await project.bin("tsc", "-p", ".", ...options);
    });
  }

  it("deploys a stack and sees it running", async () => {
    isDeployed = true;
    const result = await json<UpResult>("up");
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal(result.urls["webUrl"], url(""));
    assert.deepEqual(
      result.services.map(({ service, state }) => [service, state]),
      [["web", "matches"]],
    );
  });

  it("runs the engine by the package's own language host and plugins", () => {
    const host = project.path(".landfall", "bin", "pulumi-language-nodejs");
    const manifest = fs.readFileSync(project.path(".landfall", "toolchain.json"), "utf8");
    const { source } = JSON.parse(manifest) as { source: string };
    assert.equal(fs.existsSync(host), source === "built", "an official engine has its own");
    if (source !== "built") return;
    assert.match(fs.readFileSync(host, "utf8"), /node_modules\/landfall\/bin\/language-host\.cjs/);
  });

  it("serves the page by the component's configuration", async () => {
    const page = await fetch(url("/"));
    assert.equal(page.status, 200);
    assert.match(await page.text(), /A user's page/);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);

    const settings = await fetch(url("/config.js"));
    assert.equal(await settings.text(), `window.LANDFALL_CONFIG = {"title":"user's own"};\n`);
    assert.equal(settings.headers.get("cache-control"), "no-cache");
  });

  it("serves assets compressed and cached for a year", async () => {
    const asset = await fetch(url("/assets/app.js"), { headers: { "accept-encoding": "gzip" } });
    assert.equal(asset.status, 200);
    assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(asset.headers.get("content-encoding"), "gzip");
    assert.match(asset.headers.get("vary") ?? "", /Accept-Encoding/i);
    assert.match(await asset.text(), /line 39/);
    const plain = await fetch(url("/assets/app.js"), {
      headers: { "accept-encoding": "identity" },
    });
    assert.equal(plain.headers.get("content-encoding"), null);
  });

  it("answers an unknown path with the page, and a missing file with 404", async () => {
    const route = await fetch(url("/orders/17"));
    assert.equal(route.status, 200);
    assert.match(await route.text(), /A user's page/);
    assert.equal(route.headers.get("cache-control"), "no-cache");
    assert.equal((await fetch(url("/assets/missing.js"))).status, 404);
  });

  it("changes nothing when nothing has changed", async () => {
    const { verdict, changes } = await json<UpResult>("up");
    assert.equal(verdict, "unchanged");
    assert.deepEqual(
      { ...changes, same: 0 },
      { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
    );
  });

  it("finds its own toolchain ready", async () => {
    const { checks } = await json<DoctorResult>("doctor");
    const states = checks.filter(({ name }) => /^(engine|plugin|node|docker)/.test(name));
    assert.ok(states.length >= 4, JSON.stringify(checks));
    assert.deepEqual(
      states.filter(({ status }) => status === "failed"),
      [],
    );
    assert.ok(states.some(({ name, status }) => name === "engine" && status === "ok"));
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await destroy();
    isDeployed = false;
    assert.deepEqual(await leftOvers(), []);
  });
});

/** Files beside the sources that building a base image needs. */
function imageAssets(): string[] {
  const images = path.resolve(__dirname, "../../toolchain/images");
  return fs
    .readdirSync(images, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".ts"))
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return path.join("toolchain", "images", path.relative(images, file));
    });
}

/** Docker objects of the user's project. */
async function leftOvers(): Promise<string[]> {
  const filter = ["--filter", `label=landfall.project=${PROJECT}`];
  const lists = await Promise.all([
    execa("docker", ["ps", "-a", ...filter, "--format", "container {{.Names}}"]),
    execa("docker", ["network", "ls", ...filter, "--format", "network {{.Name}}"]),
    execa("docker", ["volume", "ls", ...filter, "--format", "volume {{.Name}}"]),
  ]);
  return lists.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
}

/** As with the official plugin, a built image outlives its resource: a rollback may want it. */
async function removeImages(): Promise<void> {
  const images = ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", `${PROJECT}-dev/*`];
  const { stdout } = await execa("docker", images);
  for (const image of stdout.split("\n").filter((line) => line !== ""))
    await execa("docker", ["image", "rm", image]);
}
