import type { Migration } from ".";
import { marksOf } from "./header";

const UP = /^(?!.*\.down\.sql$)\d+[_-][\w.-]+\.sql$/;
const DOWN = /\.down\.sql$/;

/** Whether a file is a migration, and not the way back of one. */
export function isUp(name: string): boolean {
  return UP.test(name);
}

/**
 * The migrations among these files, by their numbers.
 * @throws Error saying what is wrong with them
 */
export function sqlChain(
  names: readonly string[],
  read: (name: string) => string,
): readonly Migration[] {
  const ups = names.filter(isUp).sort((a, b) => parseInt(a, 10) - parseInt(b, 10) || order(a, b));
  if (ups.length === 0) throw new Error('must hold files such as "0001_tables.sql"');
  const ids = ups.map((name) => name.slice(0, -".sql".length));
  for (const name of names.filter((each) => DOWN.test(each))) {
    if (ids.includes(name.replace(DOWN, ""))) continue;
    throw new Error(`${name}: there is no ${name.replace(DOWN, ".sql")} that it would undo`);
  }
  return ups.map((name, index) => {
    const id = ids[index] ?? "";
    return { id, ...marksOf(name, read(name)), down: names.includes(`${id}.down.sql`) };
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
