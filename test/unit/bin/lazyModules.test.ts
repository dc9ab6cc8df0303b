import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const bin = path.resolve(__dirname, "..", "..", "..", "bin");

function run(script: string, env: NodeJS.ProcessEnv = {}): unknown {
  const args = ["--require", path.join(bin, "preload.cjs"), "-e", script];
  const options = { encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("the SDK in a process of the engine's", function () {
  this.timeout(30_000);

  it("loads neither the compiler, nor npm's resolver, nor the automation API before they are used", () => {
    const loaded = run(`
      require("@pulumi/pulumi");
      const files = Object.keys(require.cache);
      const unused = /node_modules.(typescript|@npmcli|pacote)\\W|@pulumi.pulumi.automation/;
      console.log(JSON.stringify(files.filter((file) => unused.test(file))));`);
    assert.deepEqual(loaded, []);
  });

  it("has the same exports, and the automation API itself once it is asked for", () => {
    const names = (loader: string): unknown =>
      run(`${loader}; console.log(JSON.stringify(Object.keys(require("@pulumi/pulumi"))))`);
    assert.deepEqual(new Set(names("") as string[]), new Set(Object.keys(pulumi)));
    const seen = run(`
      const { automation } = require("@pulumi/pulumi");
      console.log(JSON.stringify([
        automation === require("@pulumi/pulumi/automation"),
        typeof automation.LocalWorkspace.createOrSelectStack,
      ]))`);
    assert.deepEqual(seen, [true, "function"]);
  });

  it("serializes functions, with the packages that they need", () => {
    const text = run(`
      const pulumi = require("@pulumi/pulumi");
      const one = 1;
      pulumi.runtime.serializeFunction(() => one + 1).then(async ({ text }) => {
        const paths = await pulumi.runtime.computeCodePaths();
        console.log(JSON.stringify([text.includes("one + 1"), paths.size > 0]));
      });`);
    assert.deepEqual(text, [true, true]);
  });

  it("is no debugger of its process before a function is serialized, and knows all files then", () => {
    const seen = run(`
      const { isInitializedAsync } = require("@pulumi/pulumi/runtime/closure/v8Hooks");
      const { getFunctionLocationAsync } = require("@pulumi/pulumi/runtime/closure/v8");
      const { all } = require("@pulumi/pulumi");
      const isDebugger = () => process.moduleLoadList.includes("NativeModule inspector");
      isInitializedAsync().then(async () => {
        const before = isDebugger();
        const { file } = await getFunctionLocationAsync(all);
        console.log(JSON.stringify([before, isDebugger(), file]));
        process.exit();
      });`);
    const output = pathToFileURL(require.resolve("@pulumi/pulumi/output.js")).href;
    assert.deepEqual(seen, [false, true, output]);
  });

  it("has all languages of zod, though none is loaded", () => {
    const [loaded, ...seen] = run(`
      const { z } = require("zod");
      const loaded = Object.keys(require.cache).filter((file) => /locales/.test(file));
      const { de } = z.locales;
      const issue = { code: "custom", input: 1 };
      console.log(JSON.stringify([
        loaded.map((file) => require("path").basename(file)), "fr" in z.locales,
        Object.keys(z.locales).includes("en"), de().localeError(issue),
      ]));`) as unknown[];
    assert.deepEqual(loaded, ["en.cjs"]);
    assert.deepEqual(seen, [true, true, z.locales.de().localeError({ code: "custom", input: 1 })]);
  });

  it("has the Docker client of the dynamic resources, though it is not loaded before it is used", () => {
    const seen = run(`
      const load = require(${JSON.stringify(path.join(bin, "load.cjs"))});
      load("components/docker/dynamic/handlers");
      const loaded = Object.keys(require.cache).filter((file) => /dockerode/.test(file));
      const { docker } = load("components/docker/dynamic/client");
      console.log(JSON.stringify([loaded, docker() instanceof require("dockerode")]));`);
    assert.deepEqual(seen, [[], true]);
  });

  it("keeps no trace of promises, unless asked to, and all others", () => {
    const script = `
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      require("source-map-support/register");
      const promise = Promise.resolve();
      debuggablePromise(promise, "test");
      const lines = (text) => text.split("\\n").length > 1;
      const previous = Error.prepareStackTrace;
      Error.prepareStackTrace = (_, frames) => frames;
      const frames = new Error("x").stack;
      Error.prepareStackTrace = previous;
      console.log(JSON.stringify([
        lines(promise._debugStackTrace), Array.isArray(frames), lines(new Error("x").stack),
      ]));`;
    assert.deepEqual(run(script), [false, true, true]);
    assert.deepEqual(run(script, { PULUMI_DEBUG_PROMISE_LEAKS: "1" }), [true, true, true]);
  });
});
