import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import { randomPlugin } from "../../../toolchain/plugins/random";
import type { Json, JsonValue } from "../../support/provider";
import { ProviderUnderTest, secret, unknownString } from "../../support/provider";

const token = (name: string): string =>
  `random:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

describe("the random plugin", () => {
  let provider: ProviderUnderTest;

  before(async () => {
    provider = await ProviderUnderTest.start(randomPlugin);
  });

  after(() => provider.stop());

  const make = async (name: string, properties: Json): Promise<{ id: string; properties: Json }> =>
    provider.create({ type: token(name), properties });

  describe("check", () => {
    const wrong: [string, Json, string, RegExp][] = [
      ["RandomPassword", {}, "length", /length is required/],
      ["RandomPassword", { length: "24" }, "length", /expected a whole number, got a string/],
      ["RandomPassword", { length: 2.5 }, "length", /expected a whole number, got a fraction/],
      ["RandomPassword", { length: 0 }, "length", /between 1 and 1000000, got 0/],
      ["RandomPassword", { length: 1e9 }, "length", /between 1 and 1000000/],
      ["RandomPassword", { length: 3, minUpper: 2, minLower: 2 }, "length", /it is 3, they are 4/],
      ["RandomPassword", { length: 3, minUpper: -1 }, "minUpper", /between 0 and/],
      [
        "RandomPassword",
        { length: 3, number: true, numeric: false },
        "numeric",
        /set only numeric/,
      ],
      [
        "RandomString",
        { length: 3, upper: false, lower: false, numeric: false, special: false, minUpper: 1 },
        "length",
        /nothing is left to make 3 characters of/,
      ],
      ["RandomString", { length: 3, special: "yes" }, "special", /expected true or false/],
      ["RandomString", { length: 3, lenght: 4 }, "lenght", /lenght is not supported/],
      [
        "RandomString",
        { length: 3, keepers: { a: 1 } },
        "keepers.a",
        /expected a string, got a number/,
      ],
      ["RandomString", { length: 3, keepers: { "a b": true } }, 'keepers["a b"]', /got a boolean/],
      ["RandomString", { length: 3, keepers: ["a"] }, "keepers", /expected a map, got a list/],
      ["RandomId", { byteLength: 0 }, "byteLength", /between 1/],
      ["RandomInteger", { min: 5, max: 4 }, "max", /max must be at least min, got 4 and 5/],
      ["RandomInteger", { min: 0, max: 2 ** 50 }, "max", /above min/],
      ["RandomInteger", { min: 0, max: 1, seed: "s" }, "seed", /seed is not supported/],
      ["RandomPet", { length: 0 }, "length", /between 1 and 100/],
      ["RandomShuffle", { inputs: ["a", 1] }, "inputs[1]", /expected a string/],
      ["RandomShuffle", { inputs: [], resultCount: -1 }, "resultCount", /between 0/],
      ["RandomShuffle", { inputs: [], seed: "s" }, "seed", /seed is not supported/],
      ["RandomUuid", { version: 4 }, "version", /version is not supported/],
      ["RandomBytes", { length: -1 }, "length", /between 1/],
    ];
    for (const [name, news, property, reason] of wrong) {
      it(`refuses ${name} with ${JSON.stringify(news)}`, async () => {
        const { failures } = await provider.check({ type: token(name), news });
        assert.deepEqual(
          failures.map((failure) => failure.property),
          [property],
        );
        assert.match(failures[0]?.reason ?? "", reason);
      });
    }

    it("reports every failure at once", async () => {
      const news = { length: "x", upper: 1, colour: "blue" };
      const { failures } = await provider.check({ type: token("RandomString"), news });
      assert.deepEqual(failures.map(({ property }) => property).sort(), [
        "colour",
        "length",
        "upper",
      ]);
    });

    it("drops nulls, adds nothing, and lets unknown values pass", async () => {
      const news = { length: unknownString, prefix: null, keepers: { k: unknownString } };
      const { inputs, failures } = await provider.check({ type: token("RandomPet"), news });
      assert.deepEqual(
        { inputs, failures },
        {
          inputs: { length: unknownString, keepers: { k: unknownString } },
          failures: [],
        },
      );
    });
  });

  describe("diff", () => {
    const diff = async (name: string, before: Json, news: Json): Promise<Json> => {
      const { id, properties } = await make(name, before);
      return provider.diff({ type: token(name), id, olds: properties, news, oldInputs: before });
    };
    const none = { changes: "DIFF_NONE" };
    const replace = (...keys: string[]): Json => ({
      changes: "DIFF_SOME",
      diffs: keys,
      replaces: keys,
    });
    const update = (...keys: string[]): Json => ({ changes: "DIFF_SOME", diffs: keys });

    const cases: [string, string, Json, Json, Json][] = [
      ["nothing changed", "RandomString", { length: 4 }, { length: 4 }, none],
      [
        "a default is spelled out",
        "RandomString",
        { length: 4 },
        { length: 4, upper: true, minLower: 0 },
        none,
      ],
      [
        "number becomes numeric",
        "RandomString",
        { length: 4, number: false },
        { length: 4, numeric: false },
        none,
      ],
      ["length", "RandomString", { length: 4 }, { length: 5 }, replace("length")],
      [
        "numeric",
        "RandomString",
        { length: 4 },
        { length: 4, numeric: false },
        replace("number", "numeric"),
      ],
      [
        "several",
        "RandomString",
        { length: 4 },
        { length: 5, minUpper: 1 },
        replace("length", "minUpper"),
      ],
      [
        "length is not known yet",
        "RandomString",
        { length: 4 },
        { length: unknownString },
        replace("length"),
      ],
      ["keepers appear", "RandomUuid", {}, { keepers: { a: "1" } }, replace("keepers")],
      [
        "a keeper changes",
        "RandomUuid",
        { keepers: { a: "1" } },
        { keepers: { a: "2" } },
        replace("keepers"),
      ],
      [
        "a keeper goes",
        "RandomUuid",
        { keepers: { a: "1", b: "1" } },
        { keepers: { a: "1" } },
        replace("keepers"),
      ],
      ["keepers go", "RandomUuid", { keepers: { a: "1" } }, {}, replace("keepers")],
      ["empty keepers appear", "RandomUuid", {}, { keepers: {} }, update("keepers")],
      ["empty keepers go", "RandomUuid", { keepers: {} }, {}, update("keepers")],
      [
        "an empty overrideSpecial goes",
        "RandomString",
        { length: 4, overrideSpecial: "" },
        { length: 4 },
        update("overrideSpecial"),
      ],
      [
        "overrideSpecial goes",
        "RandomString",
        { length: 4, overrideSpecial: "_" },
        { length: 4 },
        replace("overrideSpecial"),
      ],
      [
        "overrideSpecial is not known yet",
        "RandomString",
        { length: 4 },
        { length: 4, overrideSpecial: unknownString },
        update("overrideSpecial"),
      ],
      ["prefix", "RandomId", { byteLength: 2 }, { byteLength: 2, prefix: "p" }, replace("prefix")],
      ["separator", "RandomPet", {}, { separator: "_" }, replace("separator")],
      [
        "order of inputs",
        "RandomShuffle",
        { inputs: ["a", "b"] },
        { inputs: ["b", "a"] },
        replace("inputs"),
      ],
      ["max", "RandomInteger", { min: 1, max: 2 }, { min: 1, max: 3 }, replace("max")],
    ];
    for (const [what, name, before, news, verdict] of cases) {
      it(`of ${name}: ${what}`, async () => {
        assert.deepEqual(await diff(name, before, news), verdict);
      });
    }

    it("forgives the defaults that state of an earlier version lacks", async () => {
      const olds = { id: "abcd", length: 4, result: "abcd" };
      const verdict = await provider.diff({
        type: token("RandomString"),
        olds,
        news: { length: 4 },
      });
      assert.deepEqual(verdict, none);
    });
  });

  it("takes an update in place over into state, and keeps the value", async () => {
    const before = { length: 4, overrideSpecial: "" };
    const { id, properties } = await make("RandomPassword", before);
    const news = { length: 4, keepers: {} };
    const updated = await provider.update({
      type: token("RandomPassword"),
      id,
      olds: properties,
      news,
    });
    assert.deepEqual(updated.properties.result, properties.result);
    assert.deepEqual(updated.properties.bcryptHash, properties.bcryptHash);
    assert.deepEqual(updated.properties.keepers, {});
    assert.ok(!("overrideSpecial" in updated.properties));
  });

  it("makes the secrets of a password secret, and a hash that fits", async () => {
    const { id, properties } = await make("RandomPassword", { length: 100 });
    assert.equal(id, "none");
    const result = revealed(properties.result);
    const hash = revealed(properties.bcryptHash);
    assert.deepEqual(properties.result, secret(result));
    assert.deepEqual(properties.bcryptHash, secret(hash));
    assert.equal(result.length, 100);
    assert.match(hash, /^\$2a\$10\$/);
    assert.ok(await compare(result, hash));
    assert.ok(!(await compare(`x${result}`, hash)));
  });

  it("makes the longest strings and lists that it accepts", async () => {
    const { id } = await make("RandomString", { length: 1_000_000, special: false });
    assert.match(id, /^[A-Za-z0-9]{1000000}$/);
    const { properties } = await make("RandomShuffle", {
      inputs: ["a", "b"],
      resultCount: 200_000,
    });
    assert.equal((properties.results as string[]).length, 200_000);
  });

  it("says what a preview can: inputs and defaults, and that the rest is not known", async () => {
    const type = token("RandomPassword");
    const { id, properties } = await provider.create({
      type,
      properties: { length: 4 },
      preview: true,
    });
    assert.equal(id, "");
    const { result, bcryptHash, id: idProperty, ...rest } = properties;
    assert.deepEqual(
      [result, bcryptHash, idProperty],
      [secret(unknownString), secret(unknownString), unknownString],
    );
    assert.deepEqual(rest, {
      length: 4,
      lower: true,
      upper: true,
      number: true,
      numeric: true,
      special: true,
      minLower: 0,
      minNumeric: 0,
      minSpecial: 0,
      minUpper: 0,
    });
  });

  it("gives an id in all its forms", async () => {
    const { id, properties } = await make("RandomId", { byteLength: 3, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    assert.equal(bytes.length, 3);
    assert.equal(properties.hex, `p-${bytes.toString("hex")}`);
    assert.equal(properties.dec, `p-${bytes.readUIntBE(0, 3)}`);
    assert.equal(properties.b64Std, `p-${bytes.toString("base64")}`);
    assert.equal(properties.b64Url, `p-${id}`);
  });

  it("makes UUIDs of the version that is asked for", async () => {
    assert.match((await make("RandomUuid4", {})).id, /^.{14}4.{4}[89ab]/);
    const before = Date.now();
    const { id } = await make("RandomUuid7", {});
    assert.match(id, /^.{14}7.{4}[89ab]/);
    const at = parseInt(id.replace("-", "").slice(0, 12), 16);
    assert.ok(at >= before && at <= Date.now());
  });

  it("shuffles, and repeats items only when all have come", async () => {
    const inputs = ["a", "b", "c"];
    const { id, properties } = await make("RandomShuffle", { inputs, resultCount: 7 });
    assert.equal(id, "-");
    const results = properties.results as string[];
    assert.equal(results.length, 7);
    assert.deepEqual(results.slice(0, 3).sort(), inputs);
    assert.deepEqual(results.slice(3, 6).sort(), inputs);
    assert.deepEqual((await make("RandomShuffle", { inputs: [] })).properties.results, []);
  });

  it("names pets of as many words as are asked for, behind the prefix", async () => {
    for (const length of [1, 2, 3, 5]) {
      const { id } = await make("RandomPet", { length, prefix: "dev", separator: "_" });
      assert.match(id, new RegExp(`^dev(_[a-z]+){${length}}$`));
    }
  });

  describe("import", () => {
    const adopt = (name: string, id: string) => provider.read({ type: token(name), id });

    const adopted: [string, string, string, Json, Json][] = [
      ["RandomString", "p4ss", "p4ss", { length: 4 }, { result: "p4ss", special: true }],
      ["RandomId", "AVd5gQ", "AVd5gQ", { byteLength: 4 }, { hex: "01577981", dec: "22509953" }],
      [
        "RandomId",
        "a,b,AVd5gQ",
        "AVd5gQ",
        { byteLength: 4, prefix: "a,b" },
        { b64Url: "a,bAVd5gQ" },
      ],
      ["RandomInteger", "-5,-9,9", "-5", { min: -9, max: 9 }, { result: -5 }],
      ["RandomBytes", "AVd5gQ==", "none", { length: 4 }, { hex: secret("01577981") }],
    ];
    for (const [name, given, id, inputs, outputs] of adopted) {
      it(`of ${name} by ${given}`, async () => {
        const read = await adopt(name, given);
        assert.equal(read.id, id);
        assert.deepEqual(read.inputs, inputs);
        for (const [key, value] of Object.entries(outputs))
          assert.deepEqual(read.properties[key], value);
        const diff = await provider.diff({
          type: token(name),
          id,
          olds: read.properties,
          news: inputs,
          oldInputs: read.inputs,
        });
        assert.deepEqual(diff, { changes: "DIFF_NONE" });
      });
    }

    it("of a password by its value, which stays secret", async () => {
      const { id, inputs, properties } = await adopt("RandomPassword", "Hünter2");
      assert.equal(id, "none");
      assert.deepEqual(inputs, { length: 7 });
      assert.deepEqual(properties.result, secret("Hünter2"));
      const { bcryptHash } = properties;
      assert.ok(await compare("Hünter2", revealed(bcryptHash)));
    });

    const refused: [string, string, RegExp][] = [
      ["RandomId", "AVd5gQ==", /AVd5gQ== is not an id/],
      ["RandomId", "not valid!", /is not an id/],
      ["RandomUuid", "0ec5cf50", /0ec5cf50 is not a UUID/],
      ["RandomInteger", "5", /expected result,min,max/],
      ["RandomPet", "vast-gorilla", /does not support import/],
      ["RandomShuffle", "-", /does not support import/],
    ];
    for (const [name, given, message] of refused) {
      it(`refuses ${name} by ${given}`, async () => {
        await assert.rejects(adopt(name, given), message);
      });
    }

    it("does not show a secret that it cannot read", async () => {
      await assert.rejects(adopt("RandomBytes", "hunter2!"), (error: Error) => {
        assert.match(error.message, /not valid base64/);
        assert.ok(!error.message.includes("hunter2"));
        return true;
      });
    });
  });

  it("describes itself in a schema that marks secrets", async () => {
    const schema = JSON.parse(await provider.schema()) as {
      name: string;
      resources: Record<string, { requiredInputs: string[]; properties: Record<string, Json> }>;
    };
    assert.equal(schema.name, "random");
    const password = schema.resources[token("RandomPassword")];
    assert.deepEqual(password?.requiredInputs, ["length"]);
    assert.deepEqual(password.properties.result, { type: "string", secret: true });
    assert.deepEqual(password.properties.keepers, {
      type: "object",
      additionalProperties: { type: "string" },
    });
  });
});

function revealed(value: JsonValue | undefined): string {
  const { value: inner } = value as Json;
  assert.equal(typeof inner, "string");
  return inner as string;
}
