import { BASE } from "../../../migrations";
import type { MigrationTool } from "../../../migrations";
import { run } from "../exec";
import type { TaskDatabase } from "../types";

const ANSWER_MS = 30_000;
// The superuser's password stays in the container: it is in no argument and in no answer.
const PSQL = `PGPASSWORD="$POSTGRES_PASSWORD" exec psql -X -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres -d "$0"`;

/** The command that runs psql on a database, as the superuser, in its server's container. */
export function psqlCommand(database: string, ...more: readonly string[]): string[] {
  return ["sh", "-c", `${PSQL} "$@"`, database, ...more];
}

/** Runs statements, and commands of psql itself, and gives what they print. @throws Error with what Postgres said */
export async function query(
  { server, name }: Pick<TaskDatabase, "server" | "name">,
  text: string,
): Promise<string[]> {
  const command = ["sh", "-c", `printf %s "$1" | { ${PSQL}; }`, name, text];
  const { exitCode, output, errorOutput } = await run(server, command, ANSWER_MS);
  if (exitCode !== 0) {
    throw new Error(
      `database "${name}" in container "${server}" did not answer: ${errorOutput.trim() || output.trim()}`,
    );
  }
  return output.split("\n").filter((line) => line !== "");
}

const HISTORIES: Record<MigrationTool, { table: string; column: string; sql: string }> = {
  sql: {
    table: "schema_migrations",
    column: "name",
    sql: "SELECT regexp_replace(name, '[.]sql$', '') FROM schema_migrations ORDER BY version DESC LIMIT 1",
  },
  alembic: {
    table: "alembic_version",
    column: "version_num",
    sql: "SELECT version_num FROM alembic_version LIMIT 2",
  },
};

/**
 * The newest migration that a database has, `base` where it is empty. Undefined where it does not say: its tables were
 * made by something that keeps another history, or it is between two branches.
 */
export async function headIn(
  tool: MigrationTool,
  database: TaskDatabase,
): Promise<string | undefined> {
  const { table, column, sql } = HISTORIES[tool];
  // In one go: every command in a container takes a tenth of a second before it begins.
  const [counts = "", ...rows] = await query(
    database,
    `SELECT count(*) FILTER (WHERE c.column_name = '${column}' AND t.table_name = '${table}') = 1 AS recorded,
      count(DISTINCT t.table_name) FILTER (WHERE t.table_name <> '${table}') AS others
      FROM information_schema.tables t
      JOIN information_schema.columns c USING (table_schema, table_name)
      WHERE t.table_schema = 'public' \\gset
    \\echo :recorded :others
    \\if :recorded
    ${sql};
    \\endif
    `,
  );
  const [recorded, others] = counts.split(" ");
  if (recorded !== "t") return others === "0" ? BASE : undefined;
  if (rows.length > 1) return undefined;
  return rows[0] ?? (others === "0" || tool === "sql" ? BASE : undefined);
}
