import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { operations } from "../../../automation/operations";
import { randomOf, randomSecrets } from "../../support/secrets/generate";
import { LeakFinder } from "../../support/secrets/leaks";
import { tail, Watch } from "../../support/secrets/watch";
import { cliProject, start } from "../cli/support";
import { testToolchain } from "./support";
import type { TestProject } from "./support";

/** Prints, in many encodings, what it should not, and fails with it in the way that config says. */
const source = `
  const names = Array.from({ length: config.requireNumber("count") }, (_, i) => "s" + i);
  const values = pulumi.all(names.map((name) => config.requireSecret(name)));
  const mode = config.require("mode");
  values.apply((all) => {
    console.log(all);
    console.error(JSON.stringify(all));
    for (const each of all) {
      console.log("got " + each + " and " + JSON.stringify({ each }) + " " + encodeURIComponent(each));
      for (const user of ["", "a", "ab"])
        console.warn("Authorization: Basic " + Buffer.from(user + each + "!").toString("base64"));
      pulumi.log.info(Buffer.from(each).toString("hex") + " " + new URLSearchParams({ each }));
      pulumi.log.warn("again " + each);
    }
    if (mode === "throw") throw new Error("cannot reach " + all.join(" "));
  });
  const fail = mode === "fail" ? values.apply((all) => "refused: " + JSON.stringify(all) + all.join("\\n")) : undefined;
  // The provider puts the value into the id, which is no secret of the engine's.
  const digest = (all) => require("crypto").createHash("sha256").update(mode + all).digest("hex");
  new Thing("a", { value: values.apply(digest), all: values.apply((all) => all.join()), fail });
  for (const at of [0, 1]) new Thing("b" + at, { value: "1", env: { PASSWORD: config.requireSecret("s" + at) } });
  exports.all = values;
  exports.first = config.requireSecret("s0");
  exports.services = {};
  exports.platform = "docker";`;

const seed = Number(process.env.SECRETS_SEED ?? Date.now() % 100_000);
const counts = { dev: 500, rotated: 30, staging: 20 };

describe(`500 random secrets (seed ${seed})`, function () {
  this.timeout(300_000);
  const secrets = randomSecrets(counts.dev + counts.rotated + counts.staging, randomOf(seed));
  const rotated = secrets.slice(counts.dev, counts.dev + counts.rotated);
  const passphrase = "correct horse battery";
  const [secret = ""] = secrets;
  const { TMPDIR } = process.env;
  let project: TestProject;
  let watch: Watch;

  before(async () => {
    project = await cliProject(source, { passphrase });
    // Whatever is written for a moment and left lies here.
    process.env.TMPDIR = join(project.dir, "tmp");
    mkdirSync(process.env.TMPDIR);
    writeFileSync(join(project.dir, ".gitignore"), "*\n!index.js\n!Pulumi.yaml\n");
    execFileSync("git", ["init", "-q"], { cwd: project.dir });
    watch = new Watch(project.deployer, new LeakFinder([...secrets, passphrase]));
    await configure("dev", secrets.slice(0, counts.dev));
    await configure("staging", secrets.slice(-counts.staging));
  });

  after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    project.remove();
  });

  async function pulumi(...args: string[]): Promise<void> {
    const env = { ...project.env, PULUMI_HOME: join(project.dir, "home") };
    execFileSync((await testToolchain()).pulumi, args, { cwd: project.dir, env, stdio: "pipe" });
  }

  async function configure(stack: string, values: readonly string[]): Promise<void> {
    project.config(stack, { mode: "good", count: values.length });
    await pulumi("stack", "init", stack, "--no-select");
    await set(stack, values);
  }

  async function set(stack: string, values: readonly string[]): Promise<void> {
    const pairs = values.flatMap((value, index) => ["--secret", `tiny:s${index}=${value}`]);
    await pulumi("config", "set-all", "--stack", stack, ...pairs);
  }

  function mode(name: string): void {
    const file = join(project.dir, "Pulumi.dev.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/(?<=tiny:mode"?: "?)\w+/, name));
  }

  it("are nowhere in a preview, a plan and an update, though the program prints them all", async () => {
    const plan = join(project.dir, "saved.plan.json");
    const preview = await watch.run(["preview", "--save", plan]);
    assert.equal(preview.code, 0, tail(preview));
    const up = await watch.run(["up", "--plan", plan, "-m", `first ${secret}`]);
    assert.equal(up.code, 0, tail(up));
    const marks = JSON.stringify(up.events).split("[secret]").length;
    assert.ok(marks > 8 * counts.dev, `the program printed them, and ${marks} were found`);
    assert.equal((await watch.run(["plan"])).code, 0);
    watch.expectNone();
  });

  it("are nowhere when a resource fails with them, nor on the way back", async () => {
    mode("fail");
    const failed = await watch.run(["up"]);
    assert.equal(failed.code, 3, tail(failed));
    watch.expectNone();
  });

  it("are nowhere in what the real process prints when the program throws them, nor in any command line", async () => {
    // The release that is put back knows secrets that nothing else knows any more.
    await set("dev", rotated);
    mode("throw");
    const { TMPDIR: tmp = "" } = process.env;
    const thrown = await watch.process(
      "bin/landfall.cjs up",
      start(project, ["up", "--json", "--events", "-s", "dev"], { TMPDIR: tmp }),
    );
    assert.equal(thrown.code, 3, thrown.stdout.slice(-2000));
    assert.ok(thrown.stderr.split("[secret]").length > 8 * counts.dev, "the program printed them");
    watch.expectNone();
  });

  it("are nowhere in refusals, nor in what people write about them", async () => {
    mode("good");
    const reason = `because of ${secret} and ${rotated[0] ?? ""}`;
    assert.equal((await watch.run(["freeze", "--reason", reason])).code, 0);
    assert.equal((await watch.run(["up"])).code, 6);
    const up = await watch.run(["up", "--override-freeze", reason, "-m", reason]);
    assert.equal(up.code, 0, tail(up));
    assert.equal((await watch.run(["unfreeze"])).code, 0);
    for (const argv of [
      ["feature", "on", "no-such"],
      ["stop", "-m", reason],
      ["start", "-m", reason],
      ["read-only", "on", "-m", reason],
      ["backup"],
      ["restore", "app-20260101120000-1f2e3d", "--allow-data-loss", "db"],
      ["bootstrap", "aws", "--repository", "acme/shop"],
      ["approve", "--reason", reason],
    ]) {
      const seen = await watch.run(argv);
      assert.notEqual(seen.code, 0, `${argv.join(" ")}: ${tail(seen)}`);
    }
    watch.expectNone();
  });

  it("are nowhere in a rollback, a promotion and what only looks", async () => {
    const shown = await watch.run(["rollback", "--dry-run"]);
    assert.equal(shown.code, 0, tail(shown));
    const back = await watch.run(["rollback", "-m", `back ${secret}`]);
    assert.equal(back.code, 0, tail(back));
    const promoted = ["promote", "--from", "dev", "-s", "staging", "--allow-other-program"];
    const promotion = await watch.run(promoted);
    assert.equal(promotion.code, 0, tail(promotion));
    for (const argv of [
      ["verify"],
      ["status"],
      ["outputs"],
      ["logs"],
      ["history"],
      ["show"],
      ["diff", "4", "1"],
      ["prune", "--yes"],
      ["feature", "list"],
      ["cancel", "--yes"],
    ]) {
      const seen = await watch.run(argv);
      assert.equal(seen.code, 0, `${argv.join(" ")}: ${tail(seen)}`);
    }
    // What becomes of such a program without its engine, and what is wrong with this machine, is not of interest here.
    await watch.run(["plan", "--offline"]);
    await watch.run(["doctor", "-s", "dev"]);
    watch.expectNone();
  });

  it("are shown by `outputs --show-secrets` alone, and there only as the result", async () => {
    const shown = await watch.run(["outputs", "--show-secrets"], true);
    const { outputs } = JSON.parse(shown.printed.json ?? "") as {
      outputs: Record<string, { value: unknown }>;
    };
    assert.equal(outputs.first?.value, secret);
    assert.deepEqual(outputs.all?.value, secrets.slice(0, counts.dev));
    watch.expectNone();
  });

  it("are nowhere in any file: releases, state, its history and backups, plan, config, temporary ones", async () => {
    assert.equal((await watch.run(["refresh"])).code, 0);
    assert.ok(watch.files(project.dir) > 50);
    assert.equal((await watch.run(["destroy", "--yes"])).code, 0);
    assert.equal((await watch.run(["destroy", "--yes", "--remove", "-s", "staging"])).code, 0);
    watch.files(project.dir);
    watch.expectNone();
    assert.deepEqual([...watch.verbs].sort(), Object.keys(operations).sort());
  });
});
