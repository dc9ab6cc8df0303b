import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { dump } from "js-yaml";
import type { PlanResult, ServicePlan, UpResult } from "../../../automation";
import { Deployer } from "../../../automation";
import { ROOT } from "../../support/program";
import { docker, removeObjects } from "./harness";

const STACK = "rebuilds";
const IMAGE = `rebuild-test-${STACK}/api`;

const program = `
require(${JSON.stringify(`${ROOT}/bin/transpile.cjs`)})(${JSON.stringify(ROOT)});
const landfall = require(${JSON.stringify(`${ROOT}/components`)});
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
const environment = new landfall.Environment("shop", { images: config.getObject("images") ?? {} });
const api = new landfall.ApiService("api", {
  environment,
  image: { build: { context: "app" } },
  replicas: config.getNumber("replicas") ?? 1,
  env: { WORD: config.get("word") ?? "one" },
  health: { path: "/", readiness: { path: "/", deadline: "60s" } },
  drain: "1s",
});
exports.platform = "docker";
exports.services = pulumi.output({ api: api.status });
`;

const server = (word: string): string =>
  `require("http").createServer((_, answer) => answer.end("${word}")).listen(process.env.PORT);\n`;

/** A small project in a git repository of its own, with one service that is built. */
class Project {
  readonly dir: string;
  readonly deployer: Deployer;

  constructor() {
    const base = path.join(ROOT, ".landfall", "tmp");
    fs.mkdirSync(base, { recursive: true });
    this.dir = fs.mkdtempSync(path.join(base, "rebuild-"));
    const state = path.join(this.dir, "state");
    fs.mkdirSync(state);
    this.deployer = new Deployer({
      projectDir: this.dir,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
    });
    const runtime = { name: "nodejs", options: { typescript: false } };
    this.write("Pulumi.yaml", dump({ name: "rebuild-test", runtime, main: "index.js" }));
    this.write("index.js", program);
    this.write(".gitignore", "state\n.landfall\n");
    this.write(
      "app/Dockerfile",
      "FROM node:18-bookworm-slim\nCOPY . /app/\nCMD node /app/server.js\n",
    );
    this.write("app/.dockerignore", "*.md\n");
    this.write("app/server.js", server("one"));
    this.write("shared/words.txt", "one\n");
    this.configure({});
    this.git("init", "-q", "-b", "main");
  }

  write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(path.join(this.dir, file)), { recursive: true });
    fs.writeFileSync(path.join(this.dir, file), content);
  }

  configure(values: Readonly<Record<string, unknown>>): void {
    const file = path.join(this.dir, `Pulumi.${STACK}.yaml`);
    const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const salt = /^encryptionsalt: .*$/m.exec(before)?.[0] ?? "";
    const keyed = Object.entries({ rebuild: { api: { rebuild: ["shared"] } }, ...values });
    const config = Object.fromEntries(keyed.map(([key, value]) => [`rebuild-test:${key}`, value]));
    fs.writeFileSync(file, `${salt}\n${dump({ config })}`);
  }

  git(...args: readonly string[]): void {
    const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    execFileSync("git", [...who, ...args], { cwd: this.dir, stdio: "pipe" });
  }

  commit(): void {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", "step");
  }

  async plan(): Promise<PlanResult & { api: ServicePlan; causes: string[] }> {
    const result = await this.deployer.plan({ stack: STACK });
    const api = result.services.find(({ service }) => service === "api");
    assert.ok(api, JSON.stringify(result));
    return { ...result, api, causes: api.reasons.map(({ cause }) => cause) };
  }

  /** Updates, and tells what became of the image and of the one container. */
  async up(rebuild?: string[]): Promise<{ result: UpResult; image: string; container: string }> {
    const result = await this.deployer.up({ stack: STACK, ...(rebuild ? { rebuild } : {}) });
    const [image] = result.images;
    assert.ok(image, JSON.stringify(result.error));
    const filter = `label=landfall.stack=${STACK}`;
    const own = ["--filter", filter, "--filter", "label=landfall.service=api"];
    const container = await docker("ps", "-q", "--no-trunc", ...own);
    return { result, image: `${image.state} ${image.digest}`, container };
  }

  async remove(): Promise<void> {
    try {
      await this.deployer.destroy({ stack: STACK, includeProtected: true, remove: true });
    } finally {
      fs.rmSync(this.dir, { recursive: true, force: true });
      const tags = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", IMAGE);
      const names = tags.split("\n").filter((name) => name !== "");
      if (names.length > 0) await docker("rmi", "-f", ...names);
    }
  }
}

describe("what `plan` says and `up` builds, on a real Docker engine", function () {
  this.timeout(600_000);
  let project: Project;
  let built: Awaited<ReturnType<Project["up"]>>;
  const digest = () => built.image.replace(/^\w+ /, "");

  before(async () => {
    await removeObjects(STACK);
    project = new Project();
    // Makes the stack, which adds a line to its config file.
    await project.deployer.preview({ stack: STACK });
    project.commit();
  });
  after(() => project.remove());

  it("builds the first time", async () => {
    assert.match((await project.deployer.plan({ stack: STACK })).notes.join(), /nothing|not known/);
    built = await project.up();
    assert.equal(built.result.verdict, "deployed", JSON.stringify(built.result.error));
    assert.match(built.image, /^built sha256:/);
  });

  it("neither builds nor restarts for a document, be it in the context or not", async () => {
    project.write("README.md", "words");
    project.write("app/NOTES.md", "words");
    project.commit();
    const { api, causes, release } = await project.plan();
    assert.deepEqual([api.action, causes, release], ["nothing", ["documents"], 1]);
    const same = await project.up();
    assert.equal(same.result.verdict, "unchanged");
    assert.deepEqual([same.image, same.container], [`kept ${digest()}`, built.container]);
  });

  it("restarts for config, with the same image", async () => {
    project.configure({ word: "two" });
    const { api, causes } = await project.plan();
    assert.deepEqual([api.action, causes], ["restart", ["config"]]);
    project.commit();
    const restarted = await project.up();
    assert.equal(restarted.result.verdict, "deployed");
    assert.equal(restarted.image, `kept ${digest()}`);
    assert.notEqual(restarted.container, built.container);
    built = restarted;
  });

  it("builds for source, and says that the tree is dirty while it is", async () => {
    project.write("app/server.js", server("two"));
    assert.deepEqual((await project.plan()).causes, ["dirty-tree", "context"]);
    project.commit();
    const { api, causes } = await project.plan();
    assert.deepEqual([api.action, causes], ["rebuild", ["context"]]);
    const next = await project.up();
    assert.match(next.image, /^built sha256:/);
    assert.notEqual(next.image, built.image);
    built = next;
  });

  it("builds when told to, and replaces no container when that gives the same image", async () => {
    const forced = await project.up(["api"]);
    assert.equal(forced.result.verdict, "deployed", JSON.stringify(forced.result.error));
    assert.deepEqual([forced.image, forced.container], [`built ${digest()}`, built.container]);
    assert.match(forced.result.images[0]?.reason ?? "", /asked for/);
    await assert.rejects(project.up(["web"]), /web is not built: those that are built are api/);
  });

  it("builds for a file outside of the context that config names, once", async () => {
    project.write("shared/words.txt", "two\n");
    project.commit();
    assert.deepEqual((await project.plan()).api.action, "rebuild");
    const forced = await project.up();
    assert.equal(forced.image, `built ${digest()}`);
    assert.match(forced.result.images[0]?.reason ?? "", /names shared\/words\.txt/);
    const { api } = await project.plan();
    assert.equal(api.action, "nothing", JSON.stringify(api));
    assert.equal((await project.up()).result.verdict, "unchanged");
  });

  it("builds again when the image is gone", async () => {
    project.configure({ word: "two", replicas: 0 });
    project.commit();
    await project.up();
    await docker("rmi", "-f", digest());
    project.configure({ word: "two", replicas: 1 });
    project.commit();
    assert.deepEqual((await project.plan()).causes, ["image-gone", "config"]);
    built = await project.up();
    assert.equal(built.result.verdict, "deployed", JSON.stringify(built.result.error));
    assert.match(built.image, /^built sha256:/);
  });

  it("goes back from a rollback's pins to the working tree's image, and says that it will", async () => {
    project.write("app/server.js", server("three"));
    project.commit();
    await project.up();
    const back = await project.deployer.rollback({ stack: STACK });
    assert.equal(back.images[0]?.digest, digest());
    const { api, causes } = await project.plan();
    assert.deepEqual([api.action, causes[0]], ["rebuild", "unpinned"]);
    const forth = await project.up();
    assert.match(forth.image, /^built sha256:/);
    assert.notEqual(forth.image, built.image);
    assert.equal((await project.up()).result.verdict, "unchanged");
  });

  it("says rebuild of a rewritten history, and builds nothing when the context is the same", async () => {
    project.git(
      "-c",
      "user.name=t",
      "-c",
      "user.email=t@example.org",
      "commit",
      "-q",
      "--amend",
      "-m",
      "x",
    );
    const { api, causes } = await project.plan();
    assert.deepEqual([api.action, causes], ["rebuild", ["rewritten-history"]]);
    assert.equal(api.context?.now, api.context?.running);
  });
});
