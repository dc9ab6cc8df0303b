import * as assert from "node:assert/strict";

import { configDifference, configProblems, unknownKeys } from "../../../automation/config";
import { nearest } from "../../../automation/nearest";

const schema = {
  "shop:name": { type: "string", hasDefault: false },
  "shop:port": { type: "integer", hasDefault: true },
  "shop:on": { type: "boolean", hasDefault: true },
  "shop:hosts": { type: "array", items: { type: "string", hasDefault: false }, hasDefault: true },
  "shop:images": { type: "object", hasDefault: true },
};
const plain = (value: string, objectValue?: unknown) => ({
  value,
  secret: false,
  ...(objectValue === undefined ? {} : { objectValue }),
});

describe("configProblems", () => {
  const wrong: [string, object, RegExp][] = [
    ["shop:port", plain("eighty"), /must be of type integer, got "eighty"/],
    ["shop:port", plain("80.5"), /must be of type integer/],
    ["shop:port", plain("true"), /must be of type integer/],
    ["shop:on", plain("yes"), /must be of type boolean, got "yes"/],
    ["shop:on", plain("1"), /must be of type boolean/],
    ["shop:hosts", plain("a,b"), /must be of type array<string>/],
    ["shop:hosts", plain("[1]", [1]), /must be of type array<string>/],
    ["shop:hosts", plain("{}", {}), /must be of type array<string>/],
    ["shop:images", plain("[]", []), /must be of type object/],
    ["shop:images", plain("x"), /must be of type object/],
  ];
  for (const [key, value, message] of wrong) {
    it(`refuses ${key} ${JSON.stringify(value)}`, () => {
      const [problem, ...more] = configProblems(schema, {
        "shop:name": plain("x"),
        [key]: value as ReturnType<typeof plain>,
      });
      assert.deepEqual(more, []);
      assert.equal(problem?.path, key);
      assert.match(problem.message, message);
    });
  }

  it("takes right values, values as text, and secrets that it cannot read", () => {
    const config = {
      "shop:name": plain("8080"),
      "shop:port": plain("8080"),
      "shop:on": plain("true"),
      "shop:hosts": plain('["a"]', ["a"]),
      "shop:images": { secret: true },
    };
    assert.deepEqual(configProblems(schema, config), []);
  });

  it("never shows a secret's value", () => {
    const problems = configProblems(schema, {
      "shop:name": plain("x"),
      "shop:port": { value: "hunter22", secret: true },
    });
    assert.doesNotMatch(JSON.stringify(problems), /hunter22/);
  });
});

describe("unknownKeys", () => {
  it("finds misspelt keys of the project, and leaves those of providers", () => {
    const found = unknownKeys("shop", schema, {
      "shop:prot": plain("1"),
      "aws:region": plain("x"),
    });
    assert.deepEqual(found, [
      {
        path: "shop:prot",
        message: "is not a key that Pulumi.yaml declares; did you mean shop:port?",
      },
    ]);
    assert.deepEqual(unknownKeys("shop", {}, { "shop:any": plain("1") }), []);
  });
});

describe("configDifference", () => {
  it("compares secrets without showing them", () => {
    const before = {
      a: plain("1"),
      b: { value: "old-secret", secret: true },
      c: plain("x"),
      same: plain("s"),
    };
    const after = {
      a: plain("2"),
      b: { value: "new-secret", secret: true },
      d: plain("y"),
      same: plain("s"),
    };
    assert.deepEqual(configDifference(before, after), [
      { key: "a", change: "changed", secret: false, before: "1", after: "2" },
      { key: "b", change: "changed", secret: true },
      { key: "c", change: "removed", secret: false, before: "x" },
      { key: "d", change: "added", secret: false, after: "y" },
    ]);
  });
});

describe("nearest", () => {
  it("finds a slip of the finger, and nothing for another word", () => {
    assert.equal(nearest("prodution", ["staging", "production"]), "production");
    assert.equal(nearest("dv", ["dev", "staging"]), "dev");
    assert.equal(nearest("banana", ["dev", "staging"]), undefined);
  });
});
