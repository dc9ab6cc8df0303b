import assert from "node:assert/strict";
import { atLeast, unfitEngineVersion } from "../../../toolchain/versions";

describe("the choice of an engine's version", () => {
  for (const version of [
    "3.220.0",
    "v3.220.0",
    "3.220.1",
    "3.300.0",
    "3.221.0-alpha.1",
    "3.220.0+x",
  ]) {
    it(`takes ${version}`, () => {
      assert.equal(unfitEngineVersion(version), undefined);
    });
  }

  for (const [version, reason] of [
    ["3.219.9", "3.219.9 is older than 3.220.0"],
    ["v3.9.0", "v3.9.0 is older than 3.220.0"],
    ["3.220.0-beta.2", "3.220.0-beta.2 is older than 3.220.0"],
    ["4.0.0", "4.0.0 has another major version than 3.220.0"],
    ["2.999.0", "2.999.0 has another major version than 3.220.0"],
    ["", '"" is not a version'],
    ["3.220", '"3.220" is not a version'],
    ["latest", '"latest" is not a version'],
  ] as const) {
    it(`refuses "${version}"`, () => {
      assert.equal(unfitEngineVersion(version), reason);
    });
  }

  it("compares numbers, not text", () => {
    assert.equal(atLeast("1.21.0", "1.9.0"), true);
    assert.equal(atLeast("1.9.9", "1.21.0"), false);
    assert.equal(atLeast("1.21.0", "1.21.0"), true);
    assert.equal(atLeast("no version", "1.21.0"), false);
  });
});
