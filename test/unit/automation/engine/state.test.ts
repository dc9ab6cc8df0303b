import assert from "node:assert/strict";
import { readState } from "../../../../automation/engine/state";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

const resource = (inputs: object, outputs: object = {}) => ({
  urn: "urn:pulumi:dev::shop::docker:index/container:Container::api",
  type: "docker:index/container:Container",
  custom: true,
  inputs,
  outputs,
});

describe("the secrets of a state", () => {
  const secretsOf = (...resources: object[]) => readState({ resources }).secrets;

  it("are every secret value, wherever it stands", () => {
    const found = secretsOf(resource({ a: secret("one-1") }, { b: { c: [secret("two-2")] } }));
    assert.deepEqual(found, ["one-1", "two-2"]);
  });

  it("are, of a list that is secret as a whole, what the state does not show in plain elsewhere", () => {
    const uploads = secret([
      { file: "/etc/app.conf", content: "password hunter2", permissions: "0444" },
    ]);
    const found = secretsOf(
      resource({ uploads }),
      resource({ files: ["/etc/app.conf"], mode: "0444" }),
    );
    assert.deepEqual(found, ["password hunter2"]);
  });

  it("are no paths of words that stand beside one: image references and addresses have them too", () => {
    const conditions = secret([
      { httpHeader: { values: ["tK3u8evP"] } },
      { pathPattern: { values: ["/api", "/api/*", "/api/v-two/health"] } },
    ]);
    assert.deepEqual(secretsOf(resource({ conditions })), ["tK3u8evP"]);
    const alike = secret(["/Abcdefghij", "/a1b2c3d4e5"]);
    assert.deepEqual(secretsOf(resource({ alike })), ["/Abcdefghij", "/a1b2c3d4e5"]);
    assert.deepEqual(secretsOf(resource({ token: secret("/word") })), ["/word"]);
  });

  it("are single values even if they are shown elsewhere", () => {
    assert.deepEqual(secretsOf(resource({ token: secret("shop") }), resource({ name: "shop" })), [
      "shop",
    ]);
  });

  it("are found in secrets within secrets", () => {
    assert.deepEqual(secretsOf(resource({ env: secret({ URL: secret("postgres://x") }) })), [
      "postgres://x",
    ]);
  });

  it("are not what providers repeat for themselves", () => {
    const own = {
      __inputs: secret({ build: { context: "apps/api" } }),
      __pulumi_raw_state_delta: { x: secret({ raw: "replace" }) },
    };
    assert.deepEqual(secretsOf(resource({}, own)), []);
  });
});
