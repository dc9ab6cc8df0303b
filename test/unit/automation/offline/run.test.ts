import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Deployer, LandfallError } from "../../../../automation";
import type { OfflinePlanArgs, OfflinePlanResult } from "../../../../automation";
import { ROOT } from "../../../support/program";

/** A program that any project could have; its config has a secret. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const aws = { logs: require("@pulumi/aws/cloudwatch") };
const config = new pulumi.Config();
class Part extends pulumi.ComponentResource {
  constructor(name) { super("test:index:Part", name); }
}
const part = new Part("part");
const password = new random.RandomPassword("password", { length: 20 }, { parent: part });
new random.RandomId("id", {
  byteLength: 4,
  keepers: {
    of: password.result,
    secret: config.requireSecret("token"),
    plain: config.require("plain"),
    list: config.requireObject("list").join(),
    env: String(process.env.AWS_SECRET_ACCESS_KEY) + String(process.env.PULUMI_ACCESS_TOKEN),
    preview: String(pulumi.runtime.isDryRun()),
  },
}, { parent: part, protect: true });
if (config.getBoolean("logs")) new aws.logs.LogGroup("logs", { retentionInDays: 0 });
if (config.getBoolean("broken")) throw new Error("the program is broken");
if (config.getBoolean("late")) Promise.reject(new Error("too late"));
if (config.getBoolean("gone")) process.exit(7);
console.log("hello of the program");
`;

const PROJECT = `
name: offline-test
runtime: nodejs
main: main.js
config:
  plain: { type: string, default: "of the project" }
  list: { type: array, items: { type: string }, default: [a, b] }
`;

describe("a plan without an engine", function () {
  this.timeout(60_000);
  let dir: string;
  let deployer: Deployer;

  before(() => {
    mkdirSync(join(ROOT, ".landfall", "tmp"), { recursive: true });
    // Below the checkout, so that the program finds the SDK.
    dir = mkdtempSync(join(ROOT, ".landfall", "tmp", "offline-"));
    writeFileSync(join(dir, "package.json"), "{}");
    writeFileSync(join(dir, "main.js"), PROGRAM);
    writeFileSync(join(dir, "Pulumi.yaml"), PROJECT);
    const env = {
      ...process.env,
      AWS_SECRET_ACCESS_KEY: "of-aws",
      PULUMI_ACCESS_TOKEN: "of-pulumi",
    };
    deployer = new Deployer({ projectDir: dir, env });
  });
  after(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  function configure(stack: string, config: Readonly<Record<string, string>> = {}): void {
    const secure = { "offline-test:token": "{ secure: v1:abc }" };
    const lines = Object.entries({ ...secure, ...config }).map(
      ([key, value]) => `  ${key}: ${value}`,
    );
    writeFileSync(join(dir, `Pulumi.${stack}.yaml`), `config:\n${lines.join("\n")}\n`);
  }

  const plan = async (args: OfflinePlanArgs): Promise<OfflinePlanResult> =>
    deployer.offlinePlan(args);

  const keepersOf = ({ resources }: OfflinePlanResult): unknown =>
    resources.find(({ name }) => name === "id")?.inputs["keepers"];

  it("lists what the program describes, with its secrets hidden and no credentials given to it", async () => {
    configure("dev");
    const seen: string[] = [];
    const result = await deployer.offlinePlan(
      { stack: "dev" },
      { onEvent: (event) => seen.push("message" in event ? event.message : "") },
    );
    assert.deepEqual(
      result.resources.map(({ type, name, parent, protect }) => [
        type,
        name,
        parent !== undefined,
        protect,
      ]),
      [
        ["test:index:Part", "part", false, undefined],
        ["random:index/randomId:RandomId", "id", true, true],
        ["random:index/randomPassword:RandomPassword", "password", true, undefined],
      ],
    );
    assert.deepEqual(keepersOf(result), {
      env: "undefinedundefined",
      list: "a,b",
      of: "[secret]",
      plain: "of the project",
      preview: "true",
      secret: "[secret]",
    });
    assert.deepEqual(result.placeholders, ["offline-test:token"]);
    assert.ok(seen.includes("hello of the program"));
  });

  it("is the same each time, as a file too, and tells what differs from one that was saved", async () => {
    configure("dev");
    const [one, two] = [join(dir, "one.json"), join(dir, "two.json")];
    await deployer.offlinePlan({ stack: "dev", save: one, svg: join(dir, "one.svg") });
    await deployer.offlinePlan({ stack: "dev", save: two, svg: join(dir, "two.svg") });
    assert.equal(readFileSync(one, "utf8"), readFileSync(two, "utf8"));
    assert.equal(
      readFileSync(join(dir, "one.svg"), "utf8"),
      readFileSync(join(dir, "two.svg"), "utf8"),
    );
    assert.doesNotMatch(readFileSync(one, "utf8"), /generated-for|offline-placeholder/);
    assert.deepEqual((await deployer.offlinePlan({ stack: "dev", diff: one })).changes, []);
    configure("dev", { "offline-test:plain": "another", "offline-test:logs": "true" });
    const { changes } = await deployer.offlinePlan({ stack: "dev", diff: one });
    assert.deepEqual(
      changes?.map(({ urn, change, inputs }) => [urn.split("::").at(-1), change, inputs]),
      [
        ["logs", "added", []],
        ["id", "changed", [{ path: "keepers.plain", before: "of the project", after: "another" }]],
      ],
    );
  });

  it("asks the policies: in production a broken one refuses, elsewhere it advises", async () => {
    for (const stack of ["production", "dev"]) configure(stack, { "offline-test:logs": "true" });
    const [production, dev] = [
      await deployer.offlinePlan({ stack: "production" }),
      await deployer.offlinePlan({ stack: "dev" }),
    ];
    const rules = ({ violations }: OfflinePlanResult) =>
      violations.map(({ rule, level }) => `${rule} ${level}`);
    assert.deepEqual(rules(production), [
      "encryption-at-rest mandatory",
      "log-retention mandatory",
      "tags mandatory",
    ]);
    assert.deepEqual([production.refused, dev.refused], [true, false]);
    assert.ok(rules(dev).every((rule) => rule.endsWith("advisory")));
    configure("production", {
      "offline-test:logs": "true",
      "landfall:policies": "{ all: disabled, tags: advisory }",
    });
    assert.deepEqual(rules(await deployer.offlinePlan({ stack: "production" })), ["tags advisory"]);
    configure("production", { "offline-test:logs": "true", "landfall:policyPack": "none" });
    const unasked = await deployer.offlinePlan({ stack: "production" });
    assert.deepEqual([unasked.violations, unasked.refused], [[], false]);
    assert.match(unasked.notes.join(), /no policies were asked/);
  });

  const failures: readonly [string, string, RegExp][] = [
    ["broken", "program", /the program is broken\n.*main\.js/],
    ["late", "program", /too late/],
    ["gone", "program", /ended its process/],
  ];
  for (const [key, code, words] of failures)
    it(`tells of a program that is ${key}`, async () => {
      configure("bad", { [`offline-test:${key}`]: "true" });
      await assert.rejects(plan({ stack: "bad" }), (error: unknown) => {
        assert.ok(error instanceof LandfallError);
        assert.equal(error.code, code);
        assert.match(error.message, words);
        return true;
      });
    });

  it("refuses what is no saved plan, and a stack that has no file, before it runs anything", async () => {
    configure("dev");
    const wrong = join(dir, "package.json");
    await assert.rejects(plan({ stack: "dev", diff: wrong }), /no plan that/);
    await assert.rejects(plan({ stack: "none" }), { code: "stack_not_found" });
  });

  it("can be cancelled", async () => {
    configure("dev");
    const stop = new AbortController();
    const operation = deployer.offlinePlan({ stack: "dev" }, { signal: stop.signal });
    stop.abort();
    await assert.rejects(async () => operation, { code: "cancelled" });
  });
});
