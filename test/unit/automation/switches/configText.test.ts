import assert from "node:assert/strict";
import { load } from "js-yaml";
import { withSwitches } from "../../../../automation/switches/configText";

const set = (text: string, values: Record<string, boolean>, key = "shop:features"): string =>
  withSwitches(text, { key, values }, "Pulumi.dev.yaml");

describe("switches in a stack's config file", () => {
  it("change the key's own lines alone", () => {
    const text = [
      "# mine",
      "encryptionsalt: v1:x",
      "config:",
      "  shop:port: 8080 # why",
      "  shop:features:",
      "    search: true",
      "  # about the text",
      "  shop:text: >",
      "    folded",
      "    text",
      "",
    ].join("\n");
    assert.equal(set(text, { search: false }), text.replace("search: true", "search: false"));
    assert.equal(
      set(text, { theme: true }),
      text.replace("    search: true\n", "    search: true\n    theme: true\n"),
    );
    assert.equal(set(text, { search: true }), text);
  });

  const files: Record<string, string> = {
    "that is empty": "",
    "without config": "encryptionsalt: x\n",
    "with an empty config": "config: {}\n",
    "with a flow mapping": "config: {shop:port: 1}\n",
    "with a flow value": "config:\n  shop:features: {search: true}\n  shop:port: 1\n",
    "that goes on after config": "config:\n  shop:port: 1\nencryptionsalt: x\n",
    "with a wider indent":
      "config:\n    shop:port: 1\n    'shop:features':\n        search: true\n    shop:x: 1\n",
    "with another key that begins alike": "config:\n  shop:features2:\n    search: false\n",
    "without a line break at its end": "config:\n  shop:port: 1",
  };
  for (const [what, text] of Object.entries(files)) {
    it(`are set in a file ${what}, and nothing else is`, () => {
      const before = (load(text) ?? {}) as { config?: Record<string, object> };
      const after = { ...before.config?.["shop:features"], theme: true };
      const config = { ...before.config, "shop:features": after };
      assert.deepEqual(load(set(text, { theme: true })), { ...before, config });
    });
  }

  it("are not written into what is no config file", () => {
    assert.throws(() => set("- a\n", { theme: true }), { code: "config" });
  });
});
