import * as fs from "node:fs";
import * as path from "node:path";
import { InvalidArgumentsError } from "../errors";
import { alembicChain } from "./alembic";
import { isUp, sqlChain } from "./sql";

/** What applies migrations: plain SQL files, or Alembic. */
export type MigrationTool = "sql" | "alembic";

/** One migration, as far as a rollback has to know it. */
export interface Migration {
  /** File name without `.sql`, or Alembic's revision. */
  readonly id: string;
  /** Whether it takes away or changes something that the code before it uses. */
  readonly contracting: boolean;
  /** Whether there is a way to undo it. */
  readonly down: boolean;
  /** Of a contracting one: the oldest head whose code works with it all the same. */
  readonly tolerates?: string;
}

/** A folder of migrations. */
export interface Migrations {
  readonly tool: MigrationTool;
  /** In the order in which they apply; the last one is the head. */
  readonly chain: readonly Migration[];
}

/**
 * Reads a folder of migrations without running any of it: SQL files (`0001_name.sql`, and `0001_name.down.sql` where
 * there is a way back), or Alembic's (`versions/*.py`, or the `versions` folder itself).
 * @param folder Relative to the program.
 * @param tool What it is for. @default "alembic" where there are Python files, else "sql"
 * @throws InvalidArgumentsError when it cannot be read, holds no migration, or has no single head.
 */
export function readMigrations(folder: string, tool?: MigrationTool): Migrations {
  const problem = (rule: string): InvalidArgumentsError =>
    new InvalidArgumentsError("migrations", [
      { path: "folder", rule, received: JSON.stringify(folder) },
    ]);
  const versions = path.join(folder, "versions");
  const hasVersions = fs.existsSync(versions);
  const names = namesIn(hasVersions && tool !== "sql" ? versions : folder, problem);
  const chosen =
    tool ?? (names.some((name) => name.endsWith(".py")) && !names.some(isUp) ? "alembic" : "sql");
  const from = chosen === "alembic" && hasVersions ? versions : folder;
  const read = (name: string): string => fs.readFileSync(path.join(from, name), "utf8");
  try {
    const chain = chosen === "alembic" ? alembicChain(names, read) : sqlChain(names, read);
    return { tool: chosen, chain };
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The head of a folder of migrations: the name of the highest numbered SQL file without `.sql`, or Alembic's head.
 * @param folder Relative to the program.
 * @throws InvalidArgumentsError when the folder cannot be read or holds no migration.
 */
export function newestMigration(folder: string): string {
  return headOf(readMigrations(folder).chain);
}

/** The head that a chain leads to; "base" for an empty one, which is Alembic's word. */
export function headOf(chain: readonly Migration[]): string {
  return chain.at(-1)?.id ?? BASE;
}

/** The head of a database without any migration. */
export const BASE = "base";

function namesIn(folder: string, problem: (rule: string) => InvalidArgumentsError): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw problem(`must be a folder that can be read (${code})`);
  }
}
