import assert from "node:assert/strict";
import fc from "fast-check";
import type { CharacterClass } from "../../../toolchain/plugins/random/characters";
import { alphabets, compose, shuffle } from "../../../toolchain/plugins/random/characters";

const composition = fc
  .tuple(
    fc.array(fc.record({ included: fc.boolean(), min: fc.nat({ max: 8 }) }), {
      minLength: 4,
      maxLength: 4,
    }),
    fc.nat({ max: 40 }),
  )
  .map(([rules, extra]) => {
    const classes = Object.values(alphabets).map((characters, index): CharacterClass => ({
      characters,
      included: rules[index]?.included ?? true,
      min: rules[index]?.min ?? 0,
    }));
    const sum = classes.reduce((total, { min }) => total + min, 0);
    const room = classes.some(({ included }) => included) ? extra : 0;
    return { length: sum + room, classes };
  });

describe("composing random strings", () => {
  it("keeps the length, the minima and the alphabet", () => {
    fc.assert(
      fc.property(composition, ({ length, classes }) => {
        const text = Array.from(compose({ length, classes }));
        assert.equal(text.length, length);
        const allowed = classes.filter(({ included, min }) => included || min > 0);
        assert.ok(
          text.every((character) => allowed.some((one) => one.characters.includes(character))),
        );
        for (const { characters, included, min } of classes) {
          const count = text.filter((character) => characters.includes(character)).length;
          if (included) assert.ok(count >= min);
          else assert.equal(count, min);
        }
      }),
    );
  });

  it("counts characters, not their parts", () => {
    const classes = [{ characters: "äöü😀", included: true, min: 0 }];
    const text = compose({ length: 50, classes });
    assert.match(text, /^[äöü😀]{50}$/u);
  });

  it("refuses to draw from nothing", () => {
    const classes = [{ characters: "ab", included: false, min: 1 }];
    assert.equal(compose({ length: 1, classes }).length, 1);
    assert.throws(() => compose({ length: 2, classes }), /no characters to draw from/);
  });

  // 5 standard deviations: a fair generator fails once in millions of runs, modulo bias always.
  it("draws uniformly", () => {
    const classes = [{ characters: "abcdefghij", included: true, min: 0 }];
    const draws = 100_000;
    const text = compose({ length: draws, classes });
    const expected = draws / 10;
    const tolerance = 5 * Math.sqrt(expected * 0.9);
    for (const character of "abcdefghij") {
      const count = text.split(character).length - 1;
      assert.ok(Math.abs(count - expected) < tolerance, `${character} came ${count} times`);
    }
  });

  it("puts a minimum's character in every place alike", () => {
    const counts = [0, 0, 0, 0];
    const runs = 20_000;
    for (let run = 0; run < runs; run++) {
      const index = shuffle(["x", "-", "-", "-"]).indexOf("x");
      counts[index] = (counts[index] ?? 0) + 1;
    }
    const tolerance = 5 * Math.sqrt((runs / 4) * 0.75);
    for (const count of counts) assert.ok(Math.abs(count - runs / 4) < tolerance, counts.join(" "));
  });

  it("never makes the same long string twice", () => {
    const classes = [{ characters: alphabets.lower, included: true, min: 0 }];
    const made = Array.from({ length: 1000 }, () => compose({ length: 24, classes }));
    assert.equal(new Set(made).size, made.length);
  });
});
