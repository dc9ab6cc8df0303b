import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { declaredConfig, ROOT, stackConfig } from "../../support/program";

describe("the program's config", () => {
  const declared = declaredConfig();

  it("is declared with type, default and description, every key of it", () => {
    for (const [key, { type, default: value, description }] of Object.entries(declared)) {
      assert.ok(["string", "integer", "boolean", "object", "array"].includes(type), key);
      assert.notEqual(value, undefined, key);
      assert.ok((description ?? "").endsWith("."), key);
    }
  });

  for (const stack of ["dev", "staging", "production"])
    it(`uses only declared keys in Pulumi.${stack}.yaml`, () => {
      const unknown = Object.keys(stackConfig(stack)).filter((key) => !(key in declared));
      // A provider's keys are its own to declare.
      assert.deepEqual(unknown, stack === "dev" ? [] : ["aws:region"]);
    });

  it("is complete in Pulumi.dev.yaml, but for pins, what is derived, and what only AWS has", () => {
    const given = stackConfig("dev");
    const missing = Object.entries(declared)
      .filter(([key, { description }]) => !(key in given) && !description?.startsWith("On AWS,"))
      .map(([key]) => key);
    assert.deepEqual(missing.sort(), [
      "landfall:apiCpu",
      "landfall:backups",
      "landfall:features",
      "landfall:images",
      "landfall:keepReleases",
      "landfall:owner",
      "landfall:policies",
      "landfall:policyPack",
      "landfall:predictorCpu",
      "landfall:predictorModelSha256",
      "landfall:rebuild",
      "landfall:registry",
      "landfall:registryPassword",
      "landfall:registryUser",
      "landfall:releaseStore",
      "landfall:subnet",
      "landfall:webCpu",
    ]);
  });

  it("is documented key by key, with the same types, defaults and words", () => {
    const page = fs.readFileSync(path.join(ROOT, "docs", "config.md"), "utf8");
    for (const [key, { type, default: value, description }] of Object.entries(declared)) {
      const row = `| \`${key}\` | ${type} | \`${JSON.stringify(value)}\` | ${description ?? ""} |`;
      assert.ok(page.includes(row), `docs/config.md lacks: ${row}`);
    }
  });
});
