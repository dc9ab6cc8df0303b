import * as assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";

import { readCheckpoint } from "../../../automation/engine/checkpoint";
import type { CheckpointPlace } from "../../../automation/engine/checkpoint";
import { testProject, testToolchain } from "./support";
import type { TestProject } from "./support";

const source = `
  const hidden = pulumi.secret({ user: "me", list: [1, "<two> & 'three'", { deep: "ünïcode" }], none: null });
  new Thing("one", { value: "1", hidden, part: { plain: "p", secret: pulumi.secret("only-this") } });
  const component = new pulumi.ComponentResource("test:index:Component", "around");
  new Thing("inner", { value: config.requireSecret("key"), wait: 1 }, { parent: component, protect: true });
  exports.outer = { mixed: [pulumi.secret(42), "plain"] };
  exports.plain = "text";`;

describe("The state as the engine's file holds it", function () {
  this.timeout(120_000);
  let project: TestProject;
  let place: CheckpointPlace;

  before(async () => {
    project = await testProject(source);
    project.config("dev", { key: "a-config-value" });
    await project.deployer.up({ stack: "dev" });
    const { state: dir, dir: cwd, env } = project;
    place = { dir, project: "tiny", stack: "dev", cwd, env };
  });
  after(() => {
    project.remove();
  });

  const file = (): string => join(project.state, ".pulumi", "stacks", "tiny", "dev.json");

  async function exported(): Promise<unknown> {
    const { pulumi, env } = await testToolchain();
    const args = ["stack", "export", "--show-secrets", "--stack", "dev"];
    const { stdout } = await execa(pulumi, args, {
      cwd: project.dir,
      env: { ...env, ...project.env },
    });
    return (JSON.parse(stdout) as { deployment: unknown }).deployment;
  }

  /** The state after a change of its file, which is put back. */
  async function changed(change: (text: string) => string): Promise<unknown> {
    const text = readFileSync(file(), "utf8");
    writeFileSync(file(), change(text));
    try {
      return await readCheckpoint(place);
    } finally {
      writeFileSync(file(), text);
    }
  }

  it("is what the engine exports, every secret decrypted", async () => {
    const [ours, engines] = [await readCheckpoint(place), await exported()];
    assert.deepEqual(ours, engines);
    const text = JSON.stringify(ours);
    for (const secret of ["only-this", "a-config-value", "ünïcode"])
      assert.ok(text.includes(secret));
    assert.doesNotMatch(text, /ciphertext/);
  });

  it("is read with a passphrase in a file too, and the variable goes first", async () => {
    const { PULUMI_CONFIG_PASSPHRASE: passphrase = "", ...rest } = project.env;
    writeFileSync(join(project.dir, "passphrase"), `${passphrase}\n`);
    const env = { ...rest, PULUMI_CONFIG_PASSPHRASE_FILE: "passphrase" };
    assert.deepEqual(await readCheckpoint({ ...place, env }), await readCheckpoint(place));
    const other = { ...env, PULUMI_CONFIG_PASSPHRASE: "another" };
    assert.equal(await readCheckpoint({ ...place, env: other }), undefined);
  });

  it("is left to the engine with a passphrase that is wrong or missing, and for a stack that is not there", async () => {
    const { PULUMI_CONFIG_PASSPHRASE: _, ...none } = project.env;
    const wrong = { ...none, PULUMI_CONFIG_PASSPHRASE: "wrong" };
    const gone = { ...none, PULUMI_CONFIG_PASSPHRASE_FILE: "nowhere" };
    for (const env of [none, wrong, gone])
      assert.equal(await readCheckpoint({ ...place, env }), undefined);
    assert.equal(await readCheckpoint({ ...place, stack: "other" }), undefined);
    assert.equal(await readCheckpoint({ ...place, dir: "/nowhere" }), undefined);
  });

  it("is left to the engine when it is of another version, another secrets provider, cut, damaged or compressed", async () => {
    const flip = (text: string): string =>
      text.replace(/("ciphertext": ?"v1:[^:]+:)(.)/, (_, head: string, first: string) => {
        return head + (first === "A" ? "B" : "A");
      });
    const changes: ((text: string) => string)[] = [
      (text) => text.replace('"version": 3', '"version": 4'),
      (text) => text.replace('"type": "passphrase"', '"type": "cloud"'),
      (text) => text.slice(0, -200),
      flip,
      (text) => text.replaceAll('"v1:', '"v2:'),
    ];
    for (const change of changes) {
      assert.notEqual(change(readFileSync(file(), "utf8")), readFileSync(file(), "utf8"));
      assert.equal(await changed(change), undefined);
    }
    writeFileSync(`${file()}.gz`, "");
    assert.equal(await readCheckpoint(place), undefined);
    renameSync(`${file()}.gz`, join(project.dir, "away"));
  });

  it("is read by the engine, too, after one was killed while it wrote a file's attributes", async () => {
    const folders = ["stacks/tiny", "history/tiny/dev", "backups/tiny/dev", "."];
    const cut = folders.flatMap((folder) => {
      const at = join(project.state, ".pulumi", folder);
      const names = readdirSync(at).filter((name) => name.endsWith(".attrs"));
      const files = names.map((name) => join(at, name));
      assert.ok(files.length > 0, folder);
      for (const each of files) writeFileSync(each, folder === "." ? "{" : "");
      return files;
    });
    // What is being mended: an engine by itself never reads it again.
    await assert.rejects(exported(), /EOF/);
    const { changes } = await project.deployer.up({ stack: "dev" });
    const { same, ...others } = changes;
    assert.ok(same > 0);
    assert.deepEqual(new Set(Object.values(others)), new Set([0]));
    await exported();
    assert.ok(cut.length >= 4);
  });

  it("needs no passphrase while nothing in it is secret", async () => {
    project.program("exports.services = {};");
    project.config("plain", {});
    await project.deployer.up({ stack: "plain" });
    const { PULUMI_CONFIG_PASSPHRASE: _, ...env } = project.env;
    const state = await readCheckpoint({ ...place, stack: "plain", env });
    assert.ok(state !== undefined);
  });
});
