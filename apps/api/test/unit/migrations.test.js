import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { headOf, readMigrations } from "../../src/migrations.js";

describe("the migration files", () => {
  /** @type {string} */
  let folder;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "migrations-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @param {string[]} names */
  const read = async (...names) => {
    for (const name of names) await writeFile(join(folder, name), "SELECT 1;\n");
    return readMigrations(pathToFileURL(`${folder}/`));
  };

  it("that the image carries are well-formed", async () => {
    const migrations = await readMigrations();
    assert.equal(headOf(migrations), "0003");
    assert.ok(
      migrations.every(
        ({ checksum, sql }) => checksum.length === 64 && sql.includes("CREATE TABLE"),
      ),
    );
  });

  it("are none in an empty folder", async () => {
    assert.equal(headOf(await read()), "0000");
  });

  for (const names of [
    ["0002_b.sql"],
    ["0001_a.sql", "0001_b.sql"],
    ["0001_a.sql", "0003_c.sql"],
    ["1_a.sql"],
    ["0001-A.sql"],
  ]) {
    it(`are refused as ${names.join(" and ")}`, async () => {
      await assert.rejects(read(...names), /the name must be 000\d_<what_it_does>\.sql/);
    });
  }
});
