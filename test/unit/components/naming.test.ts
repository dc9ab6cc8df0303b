import assert from "node:assert/strict";
import fc from "fast-check";
import { Problems } from "../../../components/errors";
import { checkName, digestOf, physicalName, stableJson } from "../../../components/naming";

describe("names", () => {
  it("are the same for equal data in any order", () => {
    assert.equal(digestOf({ a: 1, b: { c: 2, d: 3 } }), digestOf({ b: { d: 3, c: 2 }, a: 1 }));
    assert.notEqual(digestOf({ a: 1 }), digestOf({ a: 2 }));
    assert.notEqual(digestOf([1, 2]), digestOf([2, 1]));
  });

  it("leave out what is undefined", () => {
    assert.equal(stableJson({ a: undefined, b: 1 }), '{"b":1}');
  });

  it("are DNS labels whatever project and stack are called", () => {
    const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
    const part = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/);
    fc.assert(
      fc.property(part, part, (project, stack) => label.test(physicalName(project, stack, "api"))),
    );
  });

  it("stay apart when they are cut", () => {
    const long = "a".repeat(80);
    assert.notEqual(physicalName(long, "one"), physicalName(long, "two"));
    assert.equal(physicalName(long, "one").length, 63);
  });

  it("accept component names that can be host names", () => {
    const verdict = (name: string) => {
      const problems = new Problems("x");
      checkName(name, "name", problems);
      return problems.all.length === 0;
    };
    assert.deepEqual(["api", "image-resizer", "db2"].map(verdict), [true, true, true]);
    assert.deepEqual(
      ["", "a", "Api", "2db", "-api", "api-", "a--b", "a_b", "a.b", "x".repeat(25)].map(verdict),
      Array(10).fill(false),
    );
  });
});
