import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { errorTable, verdictExitCodes } from "../../automation/errors";

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");

describe("the table of faults", () => {
  const rows = read("docs/faults.md")
    .split("\n")
    .filter((line) => /^\| (?!Fault |---)/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it("has a row for each of many faults, all cells filled", () => {
    assert.ok(rows.length >= 12, String(rows.length));
    for (const row of rows)
      assert.ok(row.length === 5 && row.every((cell) => cell !== ""), row.join());
    assert.equal(new Set(rows.map(([fault]) => fault)).size, rows.length);
  });

  for (const [fault = "", , end = "", code, test = ""] of rows) {
    it(`names what is there: ${fault}`, () => {
      const name = end.replaceAll("`", "");
      assert.equal(String(exitCodeOf(name)), code, `${name} has another exit code`);
      const [, file = "", title = ""] = /^`(test\/[\w/.-]+)`: (.+)$/.exec(test) ?? [];
      assert.ok(file !== "", `${test}: a file and the name of a test`);
      const fitting = titlesIn(read(file)).filter((each) => each.test(title));
      assert.equal(fitting.length, 1, `${file} has no test of that name`);
    });
  }

  it("is checked by titles as they are written, templates too", () => {
    const titles = titlesIn(
      'it("a b", () => 1);\nit(`puts ${x ? "y" : "z"} back`, f);\nit.each("c d")',
    );
    const fits = (title: string): boolean => titles.some((each) => each.test(title));
    assert.ok(fits("a b") && fits("puts it back"));
    assert.ok(!fits("a b c") && !fits("c d") && !fits("puts it"));
  });
});

function exitCodeOf(name: string): number | undefined {
  const codes = Object.entries(errorTable).map(([code, { exitCode }]) => [code, exitCode] as const);
  // An update's verdict comes first: some errors have a verdict's name.
  return new Map<string, number>([...codes, ...Object.entries(verdictExitCodes)]).get(name);
}

/** The titles of a file's tests; what a template fills in may be anything. */
function titlesIn(source: string): RegExp[] {
  const found = source.matchAll(/(?<![.\w])it\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g);
  return [...found].map(([, plain, template = ""]) => {
    const parts = plain === undefined ? template.split(/\$\{[^}]*\}/) : [plain];
    return new RegExp(`^${parts.map(escaped).join(".+")}$`);
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
