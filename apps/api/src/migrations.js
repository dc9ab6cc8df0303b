import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** @typedef {{ version: number, name: string, sql: string, checksum: string }} Migration */

export const MIGRATIONS_FOLDER = new URL("../migrations/", import.meta.url);
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * The migrations in the order in which they apply.
 *
 * @param {URL} [folder]
 * @returns {Promise<Migration[]>}
 * @throws {Error} naming a file whose name is wrong, or a number that is missing or taken twice
 */
export async function readMigrations(folder = MIGRATIONS_FOLDER) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map((name, index) => readMigration(folder, name, index + 1)));
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
