import * as fs from "node:fs";
import { InvalidArgumentsError } from "./errors";

const SQL_FILE = /^\d+[_-][\w.-]+\.sql$/;

/**
 * The head of a folder of plain SQL migrations: the name of its highest numbered file, without `.sql`.
 * @param folder Relative to the program.
 * @throws InvalidArgumentsError when the folder cannot be read or holds no migration.
 */
export function newestMigration(folder: string): string {
  const received = JSON.stringify(folder);
  let files: string[];
  try {
    files = fs.readdirSync(folder).filter((name) => SQL_FILE.test(name));
  } catch (cause) {
    const rule = `must be a folder that can be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"})`;
    throw new InvalidArgumentsError("migrations", [{ path: "folder", rule, received }]);
  }
  const newest = files.sort((a, b) => parseInt(a, 10) - parseInt(b, 10) || (a < b ? -1 : 1)).pop();
  if (newest === undefined) {
    const rule = 'must hold files such as "0001_tables.sql"';
    throw new InvalidArgumentsError("migrations", [{ path: "folder", rule, received }]);
  }
  return newest.slice(0, -".sql".length);
}
