import assert from "node:assert/strict";

import fc from "fast-check";

import {
  cells,
  clean,
  cutEnd,
  cutMiddle,
  lastLine,
  pad,
  wrap,
} from "../../../../automation/cli/render/text";

describe("text for a terminal", () => {
  it("counts the cells that text takes, without its colours", () => {
    assert.equal(cells("api"), 3);
    assert.equal(cells("\u001b[31mapi\u001b[39m"), 3);
    assert.equal(cells("予測機能"), 8);
    assert.equal(cells("é"), 1);
    assert.equal(cells("👩‍👩‍👧"), 2);
    assert.equal(cells("✔ ok"), 4);
  });

  it("takes away whatever could rewrite the terminal", () => {
    assert.equal(clean("a\u001b[2J\u001b[31mred\u001b[0m\u0007"), "ared");
    assert.equal(clean("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
    assert.equal(clean("a\tb"), "a  b");
    assert.equal(clean("user\u202Egpj.exe"), "usergpj.exe");
    assert.equal(clean("\u001b]0;title\u0007text"), "text");
  });

  it("finds the last line that says something", () => {
    assert.equal(lastLine("Step 1/3\nStep 2/3 : RUN make\n\n"), "Step 2/3 : RUN make");
    assert.equal(lastLine("\n \n"), "");
  });

  it("cuts at the end and in the middle, to the cell", () => {
    assert.equal(cutEnd("postgres", 8, "…"), "postgres");
    assert.equal(cutEnd("postgres", 5, "…"), "post…");
    assert.equal(cutEnd("予測機能", 5, "…"), "予測…");
    assert.equal(cutMiddle("api-container-9c1d-2", 12, "…"), "api-co…c1d-2");
  });

  it("wraps at spaces, and breaks a word that is longer than the line", () => {
    assert.deepEqual(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
    assert.deepEqual(wrap("sha256:0123456789", 6), ["sha256", ":01234", "56789"]);
    assert.deepEqual(wrap("one\ntwo", 10), ["one", "two"]);
    assert.deepEqual(wrap("漢字", 1), ["漢", "字"]);
    assert.deepEqual(wrap("012345 next", 3), ["012", "345", "nex", "t"]);
    assert.equal(wrap("é".repeat(5000), 50).length, 100);
    assert.deepEqual(wrap("", 10), [""]);
  });

  it("pads on either side", () => {
    assert.equal(pad("予測", 6), "予測  ");
    assert.equal(pad("1.0s", 6, "right"), "  1.0s");
  });

  it("never gives more cells than asked for, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 1, max: 40 }),
        (raw, width) => {
          const text = clean(raw).replace(/\n/g, "");
          assert.ok(cells(cutEnd(text, width, "…")) <= width);
          assert.ok(cells(cutMiddle(text, width, "...")) <= width);
          for (const line of wrap(text, Math.max(2, width)))
            assert.ok(cells(line) <= Math.max(2, width));
        },
      ),
    );
  });
});
