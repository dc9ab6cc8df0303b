import * as assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LandfallError, exitCodes } from "../../../automation/errors";
import type { ErrorCode } from "../../../automation/errors";
import type { UpResult } from "../../../automation/results";
import { testProject } from "./support";
import type { TestProject } from "./support";

/** The error that an operation is refused with. */
async function refusal(operation: PromiseLike<unknown>, code: ErrorCode): Promise<LandfallError> {
  try {
    await operation;
  } catch (error) {
    assert.ok(error instanceof LandfallError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new Error(`expected ${code}, but the operation succeeded`);
}

function failureOf(result: UpResult): NonNullable<UpResult["error"]> {
  assert.equal(result.verdict, "failed");
  assert.ok(result.error);
  return result.error;
}

describe("Errors of the real engine", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("reports every mistake of a config at once, shows no secret, and creates nothing", async () => {
    project = await testProject("", {
      schema: {
        need: { type: "string" },
        alsoNeeded: { type: "integer" },
        count: { type: "integer", default: 1 },
        list: { type: "array", items: { type: "string" }, default: [] },
      },
    });
    project.config("dev", { count: "many", list: [1], cuont: 2 });
    const error = await refusal(project.deployer.up({ stack: "dev" }), "config");
    assert.equal(error.exitCode, exitCodes.usage);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["tiny:need", "tiny:alsoNeeded", "tiny:count", "tiny:list", "tiny:cuont"],
    );
    assert.match(error.message, /tiny:count: must be of type integer, got "many"/);
    assert.match(error.message, /did you mean tiny:count\?/);
    assert.deepEqual((await project.deployer.history({ stack: "dev" })).releases, []);
  });

  it("tells a program's own config errors from a bug in it", async () => {
    project = await testProject(`config.requireNumber("port");`);
    project.config("dev", { port: "eighty" });
    const wrong = await refusal(project.deployer.up({ stack: "dev" }), "config");
    assert.deepEqual(
      wrong.problems.map(({ path }) => path),
      ["tiny:port"],
    );
    project.program(`
      class InvalidArgumentsError extends Error { get name() { return "InvalidArgumentsError"; } }
      throw new InvalidArgumentsError('ApiService "api": 2 problems\\n  replicas: must be at least 1, got 0\\n  health.path: must begin with "/", got "x"');`);
    const several = await refusal(project.deployer.up({ stack: "dev" }), "config");
    assert.deepEqual(
      several.problems.map(({ path, message }) => [path, message]),
      [
        ['ApiService "api" replicas', "must be at least 1, got 0"],
        ['ApiService "api" health.path', 'must begin with "/", got "x"'],
      ],
    );
    project.program(`function deep() { throw new TypeError("cannot read the moon"); }\ndeep();`);
    const bug = failureOf(await project.deployer.up({ stack: "dev" }));
    assert.equal(bug.code, "program");
    assert.match(bug.message, /TypeError: cannot read the moon\n\s+at deep .*index\.js/);
    assert.doesNotMatch(bug.message, /node_modules|node:internal/);
    const { releases } = await project.deployer.history({ stack: "dev" });
    assert.deepEqual(
      releases.map(({ state, error }) => [state, error?.code]),
      [["failed", "program"]],
    );
  });

  it("names the resource, the provider's words and a failed gate", async () => {
    project = await testProject(`
      new Thing("a", { value: "1", fail: "disk full at s3cr3t-place" });
      config.requireSecret("where");
      exports.services = {};`);
    project.config("dev", { where: "x" });
    const failed = failureOf(await project.deployer.up({ stack: "dev" }));
    assert.equal(failed.code, "resource_failed");
    assert.match(failed.message, /test:Thing a: .*disk full/);
    assert.match(failed.urn ?? "", /::a$/);
    project.program(`
      class Service extends pulumi.ComponentResource {
        constructor(n) { super("landfall:index:ApiService", n); new Thing(n + "-gate", { value: "1", fail: "GET /ready gave 503 for 60 s" }, { parent: this }, "landfall:Gate"); }
      }
      new Service("api");`);
    const gate = failureOf(await project.deployer.up({ stack: "dev" }));
    assert.equal(gate.code, "gate_failed");
    assert.equal(gate.service, "api");
    assert.match(gate.message, /service "api".*GET \/ready gave 503/);
  });

  it("names a plugin that is missing", async () => {
    project = await testProject(`
      class Away extends pulumi.CustomResource { constructor(n) { super("nowhere:index:Thing", n, {}, { version: "9.9.9" }); } }
      new Away("a");`);
    project.config("dev", {});
    const error = failureOf(await project.deployer.up({ stack: "dev" }));
    assert.equal(error.code, "plugin_missing");
    assert.match(error.message, /nowhere/);
  });

  it("lists the stacks that there are and the one that was meant", async () => {
    project = await testProject("exports.services = {};");
    project.config("production", {});
    await project.deployer.up({ stack: "production" });
    project.config("staging", {});
    for (const operation of ["up", "status", "outputs", "preview", "destroy", "history"] as const) {
      const error = await refusal(
        project.deployer[operation]({ stack: "prodution" }),
        "stack_not_found",
      );
      assert.equal(error.exitCode, exitCodes.usage);
      assert.deepEqual(error.stacks, ["production", "staging"]);
      assert.match(error.message, /did you mean "production"\?/);
    }
  });

  it("tells a wrong passphrase, a backend that is away, a folder without a project and an engine that is not there", async () => {
    project = await testProject("exports.services = {};");
    project.config("dev", {});
    await project.deployer.up({ stack: "dev" });
    const env = { ...project.env, PULUMI_CONFIG_PASSPHRASE: "not the right one" };
    const wrong = await refusal(project.with({ env }).up({ stack: "dev" }), "wrong_passphrase");
    assert.doesNotMatch(wrong.message + String(wrong.stack), /not the right one/);
    const away = { ...project.env, PULUMI_BACKEND_URL: "file:///nowhere/at/all" };
    await refusal(project.with({ env: away }).status({ stack: "dev" }), "backend_unreachable");
    await refusal(project.with({ projectDir: "/" }).status({ stack: "dev" }), "project_not_found");
    const toolchain = {
      ...(await (await import("./support")).testToolchain()),
      pulumi: "/nowhere/pulumi",
    };
    const error = await refusal(project.with({ toolchain }).preview({ stack: "dev" }), "toolchain");
    assert.match(error.message, /\/nowhere\/pulumi/);
  });

  it("refuses wrong arguments before it starts anything", async () => {
    project = await testProject("");
    const wrong: [PromiseLike<unknown>, RegExp][] = [
      [project.deployer.up({ stack: "" }), /stack: must be a stack name.*got ""/],
      [project.deployer.up({ stack: "a b" }), /got "a b"/],
      [project.deployer.up({ stack: "dev", parallel: 0 }), /parallel: .*got 0/],
      [project.deployer.up({ stack: "dev", wait: -1 }), /wait: .*got -1/],
      [project.deployer.rollback({ stack: "dev", to: 1, steps: 1 }), /`to` or `steps`/],
      [
        project.deployer.logs({ stack: "dev", since: "yesterday-ish" }),
        /since: must be a duration/,
      ],
      [project.deployer.up({ stack: "dev", ...{ paralel: 2 } }), /unknown argument "paralel"/],
    ];
    for (const [operation, message] of wrong) {
      assert.match((await refusal(operation, "usage")).message, message);
    }
  });

  it("waits for a lock that is held elsewhere, and says who holds it", async () => {
    project = await testProject("exports.services = {};");
    project.config("dev", {});
    const dir = join(project.state, ".pulumi/locks/organization/tiny/dev");
    mkdirSync(dir, { recursive: true });
    const lock = {
      pid: 4711,
      username: "anna",
      hostname: "elsewhere",
      timestamp: "2026-01-02T03:04:05Z",
    };
    writeFileSync(join(dir, "a.json"), JSON.stringify(lock));
    const error = await refusal(project.deployer.up({ stack: "dev", wait: 1 }), "locked");
    assert.equal(error.exitCode, exitCodes.locked);
    assert.match(
      error.message,
      /anna@elsewhere \(pid 4711\) since 2026-01-02T03:04:05Z; waited 1 s/,
    );
    assert.equal(error.lock?.stale, false);
    const waiting = project.deployer.up({ stack: "dev", wait: 60 });
    for await (const event of waiting.events) {
      if (event.kind === "lock" && event.state === "waiting") {
        assert.match(event.holder, /anna@elsewhere/);
        await project.deployer.cancel({ stack: "dev" });
      }
    }
    assert.equal((await waiting).verdict, "deployed");
  });
});
