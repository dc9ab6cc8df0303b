import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** @typedef {{ version: number, name: string, sql: string, checksum: string, down?: string }} Migration */

export const MIGRATIONS_FOLDER = new URL("../migrations/", import.meta.url);
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

const DOWN = /\.down\.sql$/;

/**
 * The migrations in the order in which they apply.
 *
 * @param {URL} [folder]
 * @returns {Promise<Migration[]>}
 * @throws {Error} naming a file whose name is wrong, or a number that is missing or taken twice
 */
export async function readMigrations(folder = MIGRATIONS_FOLDER) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const names = files.filter((name) => !DOWN.test(name));
  const downs = files.filter((name) => DOWN.test(name));
  for (const down of downs) {
    if (names.includes(down.replace(DOWN, ".sql"))) continue;
    throw new Error(`migrations/${down}: there is no ${down.replace(DOWN, ".sql")} that it undoes`);
  }
  return Promise.all(
    names.map(async (name, index) => {
      const migration = await readMigration(folder, name, index + 1);
      const down = name.replace(/\.sql$/, ".down.sql");
      if (!downs.includes(down)) return migration;
      return { ...migration, down: await readFile(new URL(down, folder), "utf8") };
    }),
  );
}

/**
 * The highest migration, as in `0003`: what the code needs, and what `head` of the database must reach.
 *
 * @param {Migration[]} migrations
 */
export function headOf(migrations) {
  return formatVersion(migrations.at(-1)?.version ?? 0);
}

/** @param {number} version */
export function formatVersion(version) {
  return String(version).padStart(4, "0");
}

/**
 * @param {URL} folder
 * @param {string} name
 * @param {number} expected
 * @returns {Promise<Migration>}
 */
async function readMigration(folder, name, expected) {
  const version = Number(NAME.exec(name)?.[1]);
  if (version !== expected) {
    throw new Error(
      `migrations/${name}: the name must be ${formatVersion(expected)}_<what_it_does>.sql`,
    );
  }
  const sql = await readFile(new URL(name, folder), "utf8");
  return { version, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}
