import { ExecSession } from "../exec";
import type { TaskSchema } from "../types";
import { psqlCommand } from "./history";

// Any fixed number that the SQL runner's own lock is not: "lnda" in ASCII.
const LOCK = 0x6c6e6461;

/**
 * Does something while a session in the database holds a lock: for tools that take none themselves. The lock goes with
 * this process, since psql ends with its input.
 */
export async function locked<T>(
  { tool, database }: TaskSchema,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  if (tool === "sql" || database === undefined) return work();
  const session = await ExecSession.start(database.server, psqlCommand(database.name));
  try {
    session.write(`SELECT 'locked' FROM pg_advisory_lock(${LOCK});\n`);
    await session.until(
      (output) => (output.includes("locked") ? { value: true, rest: "" } : undefined),
      timeoutMs,
    );
    return await work();
  } finally {
    session.write("\\q\n");
    session.close();
  }
}
