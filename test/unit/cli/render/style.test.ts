import assert from "node:assert/strict";

import { createStyle, wantsColor, wantsUnicode } from "../../../../automation/cli/render/style";

describe("the style of a stream", () => {
  const table: [string, NodeJS.ProcessEnv, boolean, boolean | undefined, boolean][] = [
    ["a terminal is coloured", {}, true, undefined, true],
    ["a pipe is not", {}, false, undefined, false],
    ["NO_COLOR switches off", { NO_COLOR: "1" }, true, undefined, false],
    ["an empty NO_COLOR does not", { NO_COLOR: "" }, true, undefined, true],
    ["FORCE_COLOR switches on", { FORCE_COLOR: "1" }, false, undefined, true],
    ["an empty FORCE_COLOR switches on", { FORCE_COLOR: "" }, false, undefined, true],
    ["FORCE_COLOR=0 switches off", { FORCE_COLOR: "0" }, true, undefined, false],
    ["FORCE_COLOR wins over NO_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, false, undefined, true],
    ["--no-color wins over all", { FORCE_COLOR: "1" }, true, false, false],
    ["a dumb terminal is not coloured", { TERM: "dumb" }, true, undefined, false],
  ];
  for (const [name, env, isTTY, flag, expected] of table) {
    it(name, () => {
      assert.equal(wantsColor(env, isTTY, flag), expected);
    });
  }

  it("takes the locale by the precedence of POSIX", () => {
    assert.equal(wantsUnicode({ LANG: "C.UTF-8" }), true);
    assert.equal(wantsUnicode({ LANG: "en_US.utf8" }), true);
    assert.equal(wantsUnicode({ LANG: "C.UTF-8", LC_ALL: "C" }), false);
    assert.equal(wantsUnicode({ LANG: "C", LC_ALL: "", LC_CTYPE: "ja_JP.UTF-8" }), true);
    assert.equal(wantsUnicode({}), false);
  });

  it("has only ASCII symbols where the locale has no others", () => {
    const { symbols } = createStyle({ color: false, unicode: false });
    assert.match(JSON.stringify(symbols), /^[\x20-\x7e]*$/);
  });

  it("leaves text alone without colours, and closes what it opens with them", () => {
    assert.equal(createStyle({ color: false, unicode: true }).paint("x", "red", "bold"), "x");
    assert.equal(
      createStyle({ color: true, unicode: true }).paint("x", "red", "bold"),
      "\u001b[1m\u001b[31mx\u001b[39m\u001b[22m",
    );
  });
});
