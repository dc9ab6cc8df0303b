import assert from "node:assert/strict";
import { survivors } from "../../support/processes";
import { TinyProject } from "./project";
import type { Outcome } from "./project";

describe("the Node language host under the real engine", function () {
  this.timeout(180_000);
  let project: TinyProject | undefined;

  afterEach(() => {
    project?.remove();
    project = undefined;
  });

  const create = async (...args: Parameters<typeof TinyProject.create>): Promise<TinyProject> => {
    project = await TinyProject.create(...args);
    return project;
  };

  it("deploys a TypeScript program with a dynamic resource, and then finds nothing to do", async () => {
    const { run } = bound(
      await create({
        "Pulumi.yaml": "name: tiny\nruntime: nodejs\n",
        "package.json": JSON.stringify({ name: "tiny", main: "index.ts" }),
        "index.ts": `
          import * as pulumi from "@pulumi/pulumi";
          const provider: pulumi.dynamic.ResourceProvider = {
            async create(inputs) { return { id: "id-1", outs: { ...inputs, made: true } }; },
          };
          class Thing extends pulumi.dynamic.Resource {
            public readonly made!: pulumi.Output<boolean>;
            constructor(name: string) { super(provider, name, { size: 3, made: undefined }); }
          }
          export const made: pulumi.Output<boolean> = new Thing("one").made;
          export const names = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()];
        `,
      }),
    );
    succeeded(await run("up", "--yes"));
    const outputs = succeeded(await run("stack", "output", "--json"));
    assert.deepEqual(JSON.parse(outputs), {
      made: true,
      names: ["organization", "tiny", "test"],
    });
    succeeded(await run("preview", "--expect-no-changes"));
    succeeded(await run("destroy", "--yes"));
  });

  it("passes config, and marks what is secret", async () => {
    const { run } = bound(
      await create({
        "index.js": `
          const pulumi = require("@pulumi/pulumi");
          const config = new pulumi.Config();
          exports.plain = config.require("plain");
          exports.nested = config.requireObject("nested");
          exports.other = new pulumi.Config("other").require("key");
          exports.hidden = config.requireSecret("hidden");
          exports.dryRun = pulumi.runtime.isDryRun();
        `,
      }),
    );
    succeeded(await run("config", "set", "plain", "a b = 'c' \"d\" ü"));
    succeeded(await run("config", "set", "--path", "nested.list[0]", "1"));
    succeeded(await run("config", "set", "other:key", "x"));
    succeeded(await run("config", "set", "--secret", "hidden", "s3cr3t"));
    const up = succeeded(await run("up", "--yes"));
    assert.ok(!up.includes("s3cr3t"), "the secret is shown");
    const outputs = succeeded(await run("stack", "output", "--json", "--show-secrets"));
    assert.deepEqual(JSON.parse(outputs), {
      plain: "a b = 'c' \"d\" ü",
      nested: { list: [1] },
      other: "x",
      hidden: "s3cr3t",
      dryRun: false,
    });
    assert.match(succeeded(await run("stack", "output", "--json")), /"hidden": "\[secret\]"/);
  });

  it("fails with the program's own error, and adds nothing to it", async () => {
    const { run } = bound(await create({ "index.js": `throw new Error("the shelf is empty");` }));
    const began = Date.now();
    const { code, output } = await run("up", "--yes");
    // Node itself spends half a minute on such a trace: see bin/preload.cjs.
    assert.ok(Date.now() - began < 20_000, `took ${Date.now() - began} ms`);
    assert.notEqual(code, 0);
    assert.match(output, /Error: the shelf is empty/);
    assert.match(output, /index\.js:1:7/);
    assert.doesNotMatch(output, /non-zero exit code/);
  });

  it("tells the exit code of a program that ends by itself", async () => {
    const { run } = bound(await create({ "index.js": `process.exit(7);` }));
    const { code, output } = await run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(output, /Program exited with non-zero exit code: 7/);
  });

  it("tells the signal that ended a program", async () => {
    const { run } = bound(await create({ "index.js": `process.kill(process.pid, "SIGKILL");` }));
    const { code, output } = await run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(output, /Program exited unexpectedly: SIGKILL/);
  });

  it("shows the compiler's message for a TypeScript error", async () => {
    const { run } = bound(
      await create({
        "Pulumi.yaml": "name: tiny\nruntime: nodejs\n",
        "package.json": JSON.stringify({ name: "tiny", main: "index.ts" }),
        "index.ts": `export const size: number = "three";\n`,
      }),
    );
    const { code, output } = await run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(output, /index\.ts\(1,14\): error TS2322|index\.ts:1:14 - error TS2322/);
  });

  it("says what to install when the program has no SDK", async () => {
    const { run } = bound(await create({ "index.js": "" }, { withoutSdk: true }));
    const { code, output } = await run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(output, /Pulumi SDK has not been installed.*npm install/s);
  });

  it("hands the runtime's options on, and refuses a wrong one by name", async () => {
    const options = (text: string): string =>
      `name: tiny\nruntime: { name: nodejs, options: { ${text} } }\n`;
    const program = { "index.js": `exports.flags = process.execArgv.join(" ");` };
    const good = await create({
      ...program,
      "Pulumi.yaml": options(
        `typescript: false, nodeargs: "--stack-trace-limit=7 --enable-source-maps"`,
      ),
    });
    succeeded(await good.run("up", "--yes"));
    const flags = succeeded(await good.run("stack", "output", "flags"));
    assert.match(flags, /--stack-trace-limit=7 --enable-source-maps/);
    good.remove();
    const { run } = bound(
      await create({ ...program, "Pulumi.yaml": options("typescript: maybe") }),
    );
    const { code, output } = await run("up", "--yes");
    assert.notEqual(code, 0);
    assert.match(output, /runtime\.options\.typescript must be true or false, not "maybe"/);
  });

  it("tells about itself and the program's dependencies", async () => {
    const { run } = bound(
      await create({
        "index.js": "",
        "package.json": JSON.stringify({
          name: "tiny",
          main: "index.js",
          dependencies: { "@pulumi/pulumi": "3.220.0" },
        }),
      }),
    );
    const about = succeeded(await run("about", "--json"));
    assert.match(about, new RegExp(`"version": "${process.version}"`));
    assert.match(about, /"name": "@pulumi\/pulumi",\s+"version": "3\.220\.0"/);
  });

  it("runs a resource plugin that is written for Node", async () => {
    const { run } = bound(
      await create({
        "Pulumi.yaml":
          "name: tiny\nruntime: { name: nodejs, options: { typescript: false } }\n" +
          "plugins: { providers: [{ name: shelf, path: ./shelf }] }\n",
        "index.js": `
          const pulumi = require("@pulumi/pulumi");
          const board = new pulumi.CustomResource("shelf:index:Board", "b", { length: 2, doubled: undefined });
          exports.doubled = board.doubled;
        `,
        "shelf/PulumiPlugin.yaml": "runtime: nodejs\n",
        "shelf/package.json": JSON.stringify({ name: "shelf", version: "1.0.0", main: "index.js" }),
        "shelf/index.js": `
          const provider = require("@pulumi/pulumi/provider");
          provider.main({
            version: "1.0.0",
            schema: "{}",
            create: async (urn, inputs) => ({ id: "b-1", outs: { ...inputs, doubled: inputs.length * 2 } }),
          }, process.argv.slice(2));
        `,
      }),
    );
    succeeded(await run("up", "--yes"));
    assert.equal(succeeded(await run("stack", "output", "doubled")).trim(), "4");
  });

  for (const [how, signal] of [
    ["is cancelled", "SIGINT"],
    ["is killed", "SIGKILL"],
  ] as const) {
    it(`leaves no process behind when the engine ${how}`, async () => {
      const tiny = await create({
        "index.js": `
          const pulumi = require("@pulumi/pulumi");
          const fs = require("fs");
          const provider = { create: async () => {
            require("fs").writeFileSync("provider.pid", process.pid + "\\n");
            await new Promise((resolve) => setTimeout(resolve, 3600000));
          } };
          class Slow extends pulumi.dynamic.Resource {}
          new Slow(provider, "slow", {});
          fs.writeFileSync("program.pid", process.pid + " " + process.ppid + "\\n");
          exports.never = new Promise((resolve) => setTimeout(resolve, 3600000));
        `,
      });
      const { child, ended } = tiny.start("up", "--yes", "--skip-preview");
      const program = (await tiny.fileWritten("program.pid")).split(" ").map(Number);
      const provider = Number(await tiny.fileWritten("provider.pid"));
      child.kill(signal);
      // The engine lets a resource that is being made go on until it is asked a second time.
      const again = setTimeout(() => child.kill(signal), 2_000);
      const outcome = await ended;
      clearTimeout(again);
      assert.notEqual(outcome.code, 0);
      assert.deepEqual(await survivors([...program, provider]), []);
    });
  }
});

function bound(project: TinyProject): { run: (...args: string[]) => Promise<Outcome> } {
  return { run: (...args) => project.run(...args) };
}

/** Demands success without any warning; gives the output. */
function succeeded({ code, output }: Outcome): string {
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /warning/i);
  return output;
}
