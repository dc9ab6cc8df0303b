import { BASE } from "../../../migrations";
import type { SchemaBackup } from "../../../migrations/status";
import type { TaskSchema } from "../types";
import { backUp } from "./backup";
import { headIn } from "./history";

/** What a look at the database has led to before migrations run. */
export interface Prepared {
  /** Why there is nothing to run. */
  nothing?: string;
  backup?: SchemaBackup;
}

/**
 * Looks at the schema that is to be migrated: where the database is as a former release has left it, or beyond that, nothing
 * runs (Alembic would fail on a revision that its files do not have); a contracting migration that is pending asks for a copy first.
 */
export async function prepareSchema(schema: TaskSchema, timeoutMs: number): Promise<Prepared> {
  const { tool, chain, beyond, database, backups } = schema;
  if (database === undefined) return {};
  const head = await headIn(tool, database);
  if (head !== undefined && beyond.includes(head)) {
    const own = chain.at(-1)?.id ?? BASE;
    const where = head === own ? "where this release has left it" : `beyond ${own}`;
    return {
      nothing: `the database is at ${head}, ${where}, and this code works with it: nothing to run`,
    };
  }
  if (backups === undefined || head === BASE) return {};
  // What the database does not tell may be anything: then every migration counts as pending.
  const pending = chain.slice(chain.findIndex(({ id }) => id === head) + 1);
  if (!pending.some(({ contracting }) => contracting)) return {};
  return { backup: await backUp(database, backups, head ?? "unknown", timeoutMs) };
}
