import assert from "node:assert/strict";
import dockerignore from "@balena/dockerignore";
import fc from "fast-check";
import { exceptionsIn } from "../../../toolchain/dockerignore";

describe("folders that an ignore file's exceptions reach into", () => {
  it("does not read what an allow-list leaves out", () => {
    const reach = exceptionsIn("*\n!package.json\n!./migrations/**\n!/src/**\n");
    const folders = ["node_modules", "test", "src", "src/lib", "migrations", "packages"];
    assert.deepEqual(folders.filter(reach), ["src", "src/lib", "migrations"]);
  });

  it("reads every folder where an exception begins with a wildcard", () => {
    assert.ok(exceptionsIn("node_modules\n!**/*.md")("node_modules"));
    assert.ok(exceptionsIn("node_modules\r\n! n*/x\r\n")("node_modules"));
  });

  it("reads none without exceptions", () => {
    assert.ok(!exceptionsIn("node_modules\n# !src")("node_modules"));
  });

  it("never passes over a folder that holds a file which is sent", () => {
    const segment = fc.constantFrom("a", "b", "ab", "A", "a.b");
    const file = fc.array(segment, { minLength: 2, maxLength: 4 });
    const piece = fc.constantFrom(
      "a",
      "b",
      "ab",
      "A",
      "*",
      "**",
      "?",
      "a*",
      "[ab]",
      "a+",
      "..",
      ".",
    );
    const pattern = fc
      .tuple(
        fc.constantFrom("", "!", "! ", "!/", "!./", "/"),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
      )
      .map(([mark, pieces]) => mark + pieces.join("/"));
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 5 }),
        file,
        fc.boolean(),
        (lines, path, ignorecase) => {
          const text = lines.join("\n");
          const rules = dockerignore({ ignorecase }).add(text);
          if (rules.ignores(path.join("/"))) return;
          for (let depth = 1; depth < path.length; depth++) {
            const folder = path.slice(0, depth).join("/");
            assert.ok(!rules.ignores(folder) || exceptionsIn(text)(folder), folder);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
