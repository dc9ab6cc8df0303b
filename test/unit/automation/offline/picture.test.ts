import assert from "node:assert/strict";

import fc from "fast-check";

import { differenceOf } from "../../../../automation/offline/difference";
import { shownInputs } from "../../../../automation/offline/inputs";
import { layersOf } from "../../../../automation/offline/picture/layers";
import { BOX, layoutOf } from "../../../../automation/offline/picture/layout";
import type { Model } from "../../../../automation/offline/picture/model";
import { escaped, fitted } from "../../../../automation/offline/picture/svg";
import { asSecret } from "../../../../policies/wire";

const models = fc
  .record({
    count: fc.integer({ min: 1, max: 12 }),
    pairs: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
  })
  .map(({ count, pairs }): Model => {
    const nodes = Array.from({ length: count }, (_, index) => ({
      id: index === 0 ? "internet" : `n${index}`,
      title: "n",
      lines: [],
      look: index % 4 === 3 ? ("store" as const) : ("service" as const),
    }));
    const of = (index: number) => nodes[index % count]?.id ?? "internet";
    // Stores call nobody, and nobody calls the outside.
    const edges = pairs
      .filter(([from, to]) => from % count < to % count && (from % count) % 4 !== 3)
      .map(([from, to]) => ({ from: of(from), to: of(to), label: "" }));
    const rest = {
      title: "",
      place: "",
      network: "",
      zones: [],
      shared: [],
      aroundNetwork: new Set<string>(),
    };
    return { ...rest, nodes, edges };
  });

describe("the picture", () => {
  it("leads every line down, row by row", () => {
    fc.assert(
      fc.property(models, (model) => {
        const { rows, hops } = layersOf(model);
        const rowOf = new Map(
          rows.flatMap((row, index) => row.map(({ key }) => [key, index] as const)),
        );
        for (const { from, to, row } of hops) {
          assert.equal(rowOf.get(from), row);
          assert.equal(rowOf.get(to), row + 1);
        }
        assert.equal(
          rows.flat().filter(({ node }) => node !== undefined).length,
          model.nodes.length,
        );
      }),
    );
  });

  it("lays no box on another, and no line across a box", () => {
    fc.assert(
      fc.property(models, (model) => {
        const { boxes, lines } = layoutOf(model, () => 0);
        for (const [index, a] of boxes.entries())
          for (const b of boxes.slice(index + 1))
            assert.ok(Math.abs(a.x - b.x) >= BOX.width || Math.abs(a.y - b.y) >= BOX.height);
        for (const { points } of lines)
          for (const [index, [x, y]] of points.slice(1).entries()) {
            const [px, py] = points[index] ?? [x, y];
            const crossed = boxes.filter(
              (box) =>
                Math.max(x, px) > box.x &&
                Math.min(x, px) < box.x + BOX.width &&
                Math.max(y, py) > box.y &&
                Math.min(y, py) < box.y + BOX.height,
            );
            assert.deepEqual(crossed, []);
          }
      }),
    );
  });

  it("writes nothing that is markup", () => {
    assert.equal(escaped('<a href="x">&\u0007'), "&lt;a href=&quot;x&quot;&gt;&amp;");
    assert.equal(fitted("a-long-name-of-a-thing", 60), "a-long-n…");
  });
});

describe("the difference of two plans", () => {
  const plan = (inputs: Record<string, unknown>, urn = "u") => [{ urn, inputs }];

  it("goes as deep as the values, and takes lists of another length as a whole", () => {
    const before = plan({ a: { b: 1, c: [1, 2], d: [1] }, e: "x" });
    const after = plan({ a: { b: 2, c: [1, 3], d: [1, 2] }, f: "y" });
    assert.deepEqual(differenceOf(before, after), [
      {
        urn: "u",
        change: "changed",
        inputs: [
          { path: "a.b", before: 1, after: 2 },
          { path: "a.c[1]", before: 2, after: 3 },
          { path: "a.d", before: [1], after: [1, 2] },
          { path: "e", before: "x" },
          { path: "f", after: "y" },
        ],
      },
    ]);
  });

  it("knows what came and what went", () => {
    assert.deepEqual(differenceOf(plan({}, "a"), plan({}, "b")), [
      { urn: "a", change: "removed", inputs: [] },
      { urn: "b", change: "added", inputs: [] },
    ]);
  });
});

describe("the inputs of a plan", () => {
  it("hide secrets at any depth, read documents, and are in order", () => {
    const shown = shownInputs({
      z: '{"b": 1}',
      a: { deep: [asSecret("s")], text: "{no json" },
      __provider: "program",
    });
    assert.equal(
      JSON.stringify(shown),
      '{"a":{"deep":["[secret]"],"text":"{no json"},"z":{"b":1}}',
    );
  });
});
