import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrations } from "../../../components/migrations";
import { randomOf } from "../../support/secrets/generate";
import { ROOT } from "../../support/program";
import { PORTS } from "../addresses";
import { removeProject } from "../stack/harness";
import { AlembicProject } from "./alembicProject";
import { randomRevisions } from "./alembicRevisions";

const revision = (id: string, parent: string | null, up: string, down: string, marks = "") =>
  `"""What is so now.

Revision ID: ${id}
Revises: ${parent ?? ""}
"""
from alembic import op
${marks}
revision: str = "${id}"
down_revision: str | None = ${parent === null ? "None" : `"${parent}"`}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("${up}")


def downgrade() -> None:
    ${down}
`;

const contracting = "# landfall: contracting";
const one = {
  "1975_items.py": revision(
    "1975ea83b712",
    null,
    "CREATE TABLE items (id int PRIMARY KEY, name text, legacy text DEFAULT 'old')",
    `op.execute("DROP TABLE items")`,
  ),
};
const two = {
  ...one,
  "ae10_price.py": revision(
    "ae1027a6acf0",
    "1975ea83b712",
    "ALTER TABLE items ADD price int DEFAULT 5",
    `op.drop_column("items", "price")`,
  ),
};
const three = {
  ...two,
  "0b3c_title.py": revision(
    "0b3c9d21e7aa",
    "ae1027a6acf0",
    "ALTER TABLE items RENAME name TO title",
    `op.execute("ALTER TABLE items RENAME title TO name")`,
    contracting,
  ),
};
const four = {
  ...three,
  "27c6_legacy.py": revision(
    "27c6a30d7c24",
    "0b3c9d21e7aa",
    "ALTER TABLE items DROP legacy",
    "pass",
    contracting,
  ),
};

describe("Alembic itself, on a real database", function () {
  this.timeout(600_000);
  const project = new AlembicProject("lfalembic", PORTS.alembic);
  const rollback = (args: object = {}) => project.deployer.rollback({ stack: "dev", ...args });
  const generated = join(ROOT, ".landfall", "tmp", "lfalembic-generated");

  before(async () => {
    await project.open();
    await project.remove();
    await removeProject(project.name);
    project.write();
    for (const [name, files] of Object.entries({ one, two, three, four }))
      project.version(name, files);
  });
  after(async () => {
    await project.remove();
    rmSync(generated, { recursive: true, force: true });
  });

  it("upgrades on the first deploy, and again with the second revision", async () => {
    const first = await project.up("one");
    assert.equal(first.verdict, "deployed", JSON.stringify(first.error));
    assert.equal(await project.head(), "1975ea83b712");
    await project.rows("INSERT INTO items (id, name) VALUES (1, 'milk')");
    const second = await project.up("two");
    assert.equal(second.verdict, "deployed", JSON.stringify(second.error));
    assert.equal(await project.head(), "ae1027a6acf0");
    assert.deepEqual(await project.rows("SELECT * FROM items"), ["1|milk|old|5"]);
    const { release } = await project.deployer.show({ stack: "dev" });
    assert.equal(release.migrationHead, "ae1027a6acf0");
  });

  it("downgrades on a rollback over a contracting revision, when told to, with every row", async () => {
    const up = await project.up("three");
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    assert.equal(await project.head(), "0b3c9d21e7aa");
    assert.equal(readdirSync(project.backups).filter((file) => file.endsWith(".dump")).length, 1);
    await project.rows("INSERT INTO items (id, title) VALUES (2, 'bread')");
    await assert.rejects(rollback().result, /needs-down-migration: 0b3c9d21e7aa takes away/);
    assert.equal(await project.serving(), "three");
    const back = await rollback({ migrateDown: true });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(await project.serving(), "two");
    assert.equal(await project.head(), "ae1027a6acf0");
    assert.deepEqual(await project.rows("SELECT id, name, price FROM items ORDER BY id"), [
      "1|milk|5",
      "2|bread|5",
    ]);
  });

  it("has no way down from a revision that only passes: the backup goes back, when its loss is allowed", async () => {
    const up = await project.up("four");
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    assert.equal(await project.head(), "27c6a30d7c24");
    await project.rows("INSERT INTO items (id, title) VALUES (3, 'late')");
    await assert.rejects(rollback().result, /needs-restore: .*no way down from 27c6a30d7c24/);
    assert.equal((await project.rows("SELECT id FROM items")).length, 3);
    const back = await rollback({ restoreBackup: true, allowDataLoss: ["db"] });
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal(await project.serving(), "two");
    assert.equal(await project.head(), "ae1027a6acf0");
    assert.deepEqual(await project.rows("SELECT id, name, legacy, price FROM items ORDER BY id"), [
      "1|milk|old|5",
      "2|bread|old|5",
    ]);
  });

  it("reads random folders of revisions as they are read here: heads, merges, order", async () => {
    const seed = Number(process.env.ALEMBIC_SEED ?? Date.now() % 100_000);
    const random = randomOf(seed);
    const folders = Array.from({ length: 40 }, (_, index) => `folder-${index}`);
    rmSync(generated, { recursive: true, force: true });
    for (const folder of folders) {
      const versions = join(generated, folder, "versions");
      mkdirSync(versions, { recursive: true });
      for (const [file, text] of Object.entries(randomRevisions(random)))
        writeFileSync(join(versions, file), text);
    }
    const told = JSON.parse(await project.python(ASK, generated)) as Record<string, Told>;
    let merges = 0;
    for (const folder of folders) {
      const { heads = [], revisions = {} } = told[folder] ?? {};
      const what = `seed ${seed}, ${folder}, heads ${heads.join()}`;
      const read = () => readMigrations(join(generated, folder));
      if (heads.length > 1) {
        const names = heads.map((head) => `(?=.*\\b${head}\\b)`).join("");
        assert.throws(read, new RegExp(`must have one head ${names}`), what);
        continue;
      }
      const { tool, chain } = read();
      const ids = chain.map(({ id }) => id);
      assert.equal(tool, "alembic", what);
      assert.equal(ids.at(-1), heads[0], what);
      assert.deepEqual([...ids].sort(), Object.keys(revisions).sort(), what);
      for (const [id, before] of Object.entries(revisions)) {
        merges += before.length > 1 ? 1 : 0;
        for (const each of before) assert.ok(ids.indexOf(each) < ids.indexOf(id), `${what}: ${id}`);
      }
    }
    assert.ok(merges > 10, `${merges} merges`);
  });
});

/** What Alembic says of a folder: its heads, and of each revision what has to come before it. */
interface Told {
  heads: string[];
  revisions: Record<string, string[]>;
}

const ASK = `
import contextlib, io, json, os
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
told = {}
for name in sorted(os.listdir("/folder")):
    text = io.StringIO()
    config = Config(stdout=text)
    config.set_main_option("script_location", "/folder/" + name)
    command.heads(config)
    heads = [line.split()[0] for line in text.getvalue().splitlines()]
    script = ScriptDirectory.from_config(config)
    revisions = {each.revision: list(to_tuple(each.down_revision, default=())) + list(to_tuple(each.dependencies, default=())) for each in script.walk_revisions()}
    assert sorted(heads) == sorted(script.get_heads()), (heads, script.get_heads())
    told[name] = {"heads": sorted(heads), "revisions": revisions}
print(json.dumps(told))
`;
