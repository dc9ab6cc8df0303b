import assert from "node:assert/strict";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import {
  installCommand,
  programDependencies,
} from "../../../../toolchain/languageHost/dependencies";
import { parseRuntimeOptions, splitWords } from "../../../../toolchain/languageHost/options";
import { pluginCommand } from "../../../../toolchain/languageHost/plugin";
import { parseHostArguments, programCommand } from "../../../../toolchain/languageHost/program";
import { runResponse } from "../../../../toolchain/languageHost/server";
import { temporaryFolder } from "../folder";

const info = (options: Record<string, string | boolean> = {}): ProgramInfo =>
  new ProgramInfo()
    .setRootDirectory("/p")
    .setProgramDirectory("/p/app")
    .setEntryPoint(".")
    .setOptions(Struct.fromJavaScript(options));

describe("the language host", () => {
  const folder = temporaryFolder();
  const resolve = (entry: string): string => `/sdk/${entry}`;

  it("starts a program with everything that the engine has told", () => {
    const request = new RunRequest()
      .setInfo(info({ nodeargs: "--trace-warnings", tsconfig: "ts/config.json" }))
      .setMonitorAddress("127.0.0.1:1")
      .setOrganization("org")
      .setProject("shop")
      .setStack("dev")
      .setPwd("/p/app")
      .setProgram(".")
      .setParallel(8)
      .setDryrun(true)
      .setArgsList(["a"])
      .setConfigsecretkeysList(["shop:password"]);
    request.getConfigMap().set("shop:password", "x y");
    const { args, cwd, env } = programCommand(
      request,
      { engineAddress: "127.0.0.1:2", tracing: "t" },
      resolve,
    );
    assert.equal(cwd, "/p/app");
    assert.match(args[1] ?? "", /preload\.cjs$/);
    assert.deepEqual(args.slice(2), [
      ...["--trace-warnings", "/sdk/run", "--dry-run"],
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--organization", "org"],
      ...["--project", "shop", "--root-directory", "/p", "--stack", "dev", "--pwd", "/p/app"],
      ...["--parallel", "8", "--tracing", "t", ".", "a"],
    ]);
    assert.deepEqual(env, {
      PULUMI_CONFIG: '{"shop:password":"x y"}',
      PULUMI_CONFIG_SECRET_KEYS: '["shop:password"]',
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_NODEJS_TSCONFIG_PATH: "ts/config.json",
    });
    assert.ok(!args.join(" ").includes("x y"), "config is on the command line");
  });

  it("starts a plugin in its own folder, with the engine's environment", () => {
    const request = new RunPluginRequest()
      .setInfo(info())
      .setPwd("/work")
      .setKind("resource")
      .setArgsList(["127.0.0.1:2"])
      .setEnvList(["A=1=2", "B="]);
    const { args, cwd, env } = pluginCommand(request, resolve);
    assert.deepEqual(args.slice(2), ["/sdk/run-plugin", "/p/app", "127.0.0.1:2"]);
    assert.equal(cwd, "/work");
    assert.deepEqual([env["A"], env["B"]], ["1=2", ""]);
  });

  it("tells how a program ended", () => {
    assert.deepEqual(runResponse({ code: 0 }).toObject(), { error: "", bail: false });
    assert.deepEqual(runResponse({ code: 32 }).toObject(), { error: "", bail: true });
    assert.match(runResponse({ code: 1 }).getError(), /non-zero exit code: 1$/);
    assert.match(runResponse({ signal: "SIGSEGV" }).getError(), /SIGSEGV$/);
  });

  it("reads the engine's arguments", () => {
    const address = "127.0.0.1:7";
    assert.deepEqual(parseHostArguments([address]), { engineAddress: address });
    assert.deepEqual(
      parseHostArguments(["--logtostderr", "-v=9", "--tracing", "file:x", address]),
      {
        engineAddress: address,
        tracing: "file:x",
      },
    );
    assert.throws(() => parseHostArguments(["-v=9"]), /address of the engine is missing/);
  });

  for (const [line, words] of [
    ["", []],
    ["  --a  -b=c ", ["--a", "-b=c"]],
    [`--title="a b" 'c d'`, ["--title=a b", "c d"]],
    [String.raw`a\ b "c\"d" 'e\f' ""`, ["a b", 'c"d', String.raw`e\f`, ""]],
  ] as const) {
    it(`splits nodeargs: ${line}`, () => {
      assert.deepEqual(splitWords(line), words);
    });
  }

  for (const [options, message] of [
    [{ typescript: "yes" }, /runtime\.options\.typescript must be true or false, not "yes"/],
    [{ nodeargs: 7 }, /runtime\.options\.nodeargs must be a string of arguments, not 7/],
    [{ nodeargs: "'open" }, /nodeargs: a ' is not closed/],
    [{ tsconfig: true }, /runtime\.options\.tsconfig must be a path, not true/],
    [{ packagemanager: "pip" }, /packagemanager must be auto, npm, yarn, pnpm, bun, not "pip"/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => parseRuntimeOptions(options), message);
    });
  }

  it("lists a program's packages as they are installed", () => {
    const manifest = (name: string, content: object): void => {
      folder.write(folder(name, "package.json"), JSON.stringify(content));
    };
    manifest(".", { dependencies: { a: "^1.0.0", gone: "1" }, devDependencies: { c: "*" } });
    manifest("node_modules/a", {
      version: "1.2.3",
      dependencies: { b: "*" },
      devDependencies: { x: "*" },
    });
    manifest("node_modules/a/node_modules/b", { version: "2.0.0" });
    manifest("node_modules/c", { version: "3.0.0" });
    const [a, b, c] = ["a 1.2.3", "b 2.0.0", "c 3.0.0"];
    const list = (transitive: boolean): string[] =>
      programDependencies(folder("sub"), transitive).map(
        ({ name, version }) => `${name} ${version}`,
      );
    assert.deepEqual(list(false), [a, c]);
    assert.deepEqual(list(true), [a, b, c]);
  });

  it("installs with the package manager of the lock file, unless one is named", () => {
    folder.write(folder("package.json"), "{}");
    assert.equal(installCommand(folder(), "auto").file, "npm");
    folder.write(folder("pnpm-lock.yaml"), "");
    assert.equal(installCommand(folder(), "auto").file, "pnpm");
    assert.equal(installCommand(folder(), "bun").file, "bun");
  });
});
