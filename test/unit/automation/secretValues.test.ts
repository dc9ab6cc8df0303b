import * as assert from "node:assert/strict";

import { readState } from "../../../automation/engine/state";
import { secretTexts } from "../../../automation/secretValues";

const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

describe("secretTexts", () => {
  it("takes every value that is marked by itself, and what a JSON text holds", () => {
    const found = secretTexts(["s3cr3t", 123456, '{"password":"inside-json"}'], new Set());
    assert.deepEqual(found, ["s3cr3t", "123456", '{"password":"inside-json"}', "inside-json"]);
  });

  it("takes of a structure what is nowhere in plain text: passwords, not names, paths and flags", () => {
    const structure = {
      envs: ["DATABASE_URL=postgresql://shop:pa55word@db/shop", "LOG_LEVEL=info"],
      name: "landfall-dev",
      image: "landfall-dev/api:1",
      file: "/etc/nginx/nginx.conf",
      permissions: "0444",
    };
    const found = secretTexts(
      [structure],
      new Set(["landfall-dev", "landfall-dev/api:1", "LOG_LEVEL=info"]),
    );
    assert.deepEqual(found, [
      "DATABASE_URL=postgresql://shop:pa55word@db/shop",
      "postgresql://shop:pa55word@db/shop",
    ]);
  });

  it("leaves a short marked value that is a public word, and keeps a long one secret even then", () => {
    const found = secretTexts(["shop", "leaked-password"], new Set(["shop", "leaked-password"]));
    assert.deepEqual(found, ["leaked-password"]);
  });
});

describe("readState", () => {
  it("finds secrets at any depth, secrets within secrets, and what is public", () => {
    const state = readState({
      resources: [
        {
          urn: "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
          type: "pulumi:pulumi:Stack",
          outputs: {
            url: "http://x",
            token: secret("tok-1"),
            all: { a: [secret({ deep: secret("tok-2") })] },
          },
        },
        {
          urn: "urn:pulumi:dev::shop::a:b:C::x",
          type: "a:b:C",
          custom: true,
          inputs: { name: "web", key: secret(["k"]) },
        },
      ],
      pending_operations: [
        { type: "creating", resource: { urn: "u", type: "a:b:C", inputs: { p: secret("tok-3") } } },
      ],
    });
    assert.deepEqual(state.secrets, ["tok-1", "tok-2", "k", "tok-3"]);
    assert.deepEqual(state.outputs, {
      url: { value: "http://x", secret: false },
      token: { value: "tok-1", secret: true },
      all: { value: state.outputs["all"]?.value, secret: true },
    });
    for (const text of ["http://x", "web", "shop", "shop-dev"])
      assert.ok(state.publicTexts.has(text));
    assert.ok(!state.publicTexts.has("tok-1"));
    assert.equal(state.pending.length, 1);
  });

  it("takes a state that holds nothing", () => {
    for (const empty of [undefined, null, {}, { resources: null, pending_operations: null }]) {
      assert.deepEqual(readState(empty).resources, []);
    }
  });
});
