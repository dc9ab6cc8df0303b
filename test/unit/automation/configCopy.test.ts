import * as assert from "node:assert/strict";
import { amended } from "../../../automation/configCopy";

describe("a config that values are written beside", () => {
  const before = {
    "shop:port": { value: "80", secret: false },
    "shop:token": { value: "t", secret: true },
    "shop:images": { value: '{"web":"w:1"}', objectValue: { web: "w:1" }, secret: false },
  };

  it("is what the engine would read: texts replace, objects take their place beside what is there", () => {
    const after = amended(before, {
      "shop:port": "81",
      "shop:images": { api: "sha256:1" },
      "landfall-sdk:pins": "{}",
    });
    const both = { web: "w:1", api: "sha256:1" };
    assert.deepEqual(after, {
      "shop:port": { value: "81", secret: false },
      "shop:token": { value: "t", secret: true },
      "shop:images": { value: JSON.stringify(both), objectValue: both, secret: false },
      "landfall-sdk:pins": { value: "{}", secret: false },
    });
  });

  it("takes an object for itself where there was none", () => {
    const { "shop:images": images } = amended({}, { "shop:images": { api: "a" } });
    assert.deepEqual(images?.objectValue, { api: "a" });
  });
});
