import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newestMigration, readMigrations } from "../../../../components/migrations";

describe("a folder of migrations", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "landfall-migrations-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  const revision = (id: string, down: string, more = "") =>
    `"""a change\n\nRevision ID: ${id}\nRevises: ${down}\n"""\nfrom alembic import op\n\n` +
    `# revision identifiers, used by Alembic.\nrevision: str = '${id}'\ndown_revision: Union[str, None] = ${down}\n` +
    `branch_labels = None\n${more}\n\ndef upgrade() -> None:\n    op.add_column("t", c)\n\n\n` +
    `def downgrade() -> None:\n    """Undo."""\n    op.drop_column("t", "c")\n`;

  it("of SQL files is read in the order of their numbers, with ways down and marks", () => {
    write({
      "0010_drop.sql": "-- landfall: contracting, tolerates 0002_b\nALTER TABLE t DROP c;",
      "0001_a.sql": "SELECT 1;",
      "0002_b.sql": "-- not landfall: contracting\nSELECT 1;",
      "0002_b.down.sql": "SELECT 1;",
      "0003_c.sql": "\n  -- landfall: contracting\nSELECT 1;",
      "README.md": "not one",
    });
    assert.deepEqual(readMigrations(folder), {
      tool: "sql",
      chain: [
        { id: "0001_a", contracting: false, down: false },
        { id: "0002_b", contracting: false, down: true },
        { id: "0003_c", contracting: true, down: false },
        { id: "0010_drop", contracting: true, tolerates: "0002_b", down: false },
      ],
    });
    assert.equal(newestMigration(folder), "0010_drop");
  });

  it("of Alembic is read by its revisions, whatever the files are called", () => {
    const kept = revision("ae10", "'1975'").replace('op.drop_column("t", "c")', "pass");
    write({
      "env.py": "raise SystemExit('is never run')",
      "versions/z_first.py": revision("1975", "None"),
      "versions/a_second.py": kept,
      "versions/m_third.py": revision("27c6", "'ae10'", "# landfall: contracting"),
      "versions/__init__.py": "",
    });
    assert.deepEqual(readMigrations(folder), {
      tool: "alembic",
      chain: [
        { id: "1975", contracting: false, down: true },
        { id: "ae10", contracting: false, down: false },
        { id: "27c6", contracting: true, down: true },
      ],
    });
    assert.equal(newestMigration(join(folder, "versions")), "27c6");
  });

  it("of Alembic may have a merge, which has no one way down", () => {
    write({
      "versions/1.py": revision("a1", "None"),
      "versions/2.py": revision("b1", '"a1"'),
      "versions/3.py": revision("b2", '"a1"'),
      "versions/4.py": revision("c1", '(\n    "b1", "b2")'),
    });
    const { chain } = readMigrations(folder);
    assert.deepEqual(
      chain.map(({ id, down }) => [id, down]),
      [
        ["a1", true],
        ["b1", true],
        ["b2", true],
        ["c1", false],
      ],
    );
  });

  for (const [what, files, rule] of [
    ["nothing", { "README.md": "" }, /must hold files such as "0001_tables\.sql"/],
    [
      "a misspelt mark",
      { "1_a.sql": "-- landfall: contract" },
      /1_a\.sql: its landfall comment must be .*not \\?"contract/,
    ],
    [
      "a way back from nothing",
      { "1_a.sql": "", "2_b.down.sql": "" },
      /2_b\.down\.sql: there is no 2_b\.sql/,
    ],
    [
      "two heads",
      {
        "versions/1.py": revision("a1", "None"),
        "versions/2.py": revision("b1", "'a1'"),
        "versions/3.py": revision("b2", "'a1'"),
      },
      /must have one head .*it has b1, b2/,
    ],
    [
      "a parent that is missing",
      { "versions/2.py": revision("b1", "'a1'") },
      /there is no revision a1/,
    ],
    [
      "a circle",
      { "versions/1.py": revision("a1", "'b1'"), "versions/2.py": revision("b1", "'a1'") },
      /they revise each other/,
    ],
    [
      "one revision twice",
      { "versions/1.py": revision("a1", "None"), "versions/2.py": revision("a1", "None") },
      /revision a1 stands in 1\.py and in 2\.py/,
    ],
    [
      "a computed parent",
      { "versions/1.py": revision("a1", "base()") },
      /`down_revision` must be None or made of texts/,
    ],
  ] as const) {
    it(`with ${what} is refused`, () => {
      write(files);
      assert.throws(() => readMigrations(folder), rule);
    });
  }

  it("that is not there is refused by its name", () => {
    assert.throws(() => readMigrations(join(folder, "none")), /must be a folder .*ENOENT[^]*none/);
  });
});
