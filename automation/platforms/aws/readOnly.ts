import { LandfallError } from "../../errors";
import type { IntendedDatabase } from "../../intended";
import type { PlatformSession, ReadOnlyAdapter } from "../types";
import { runOnce } from "./oneOff";
import * as sql from "./readOnlySql";

/** RDS is in private subnets: statements run in a one-off task beside it, which alone is given the master user. */
export const readOnly = {
  databases: (_session, { intended: { databases = {} } }) =>
    Promise.resolve(
      Object.entries(databases).map(([database, { instance: name }]) => ({ database, name })),
    ),

  access(session, { intended: { databases = {} } }, { database, name }) {
    const own = databases[database];
    if (own === undefined)
      throw new LandfallError("database", `the stack's output \`databases\` has no ${database}`);
    const ask = (...statements: readonly string[]): Promise<string> =>
      psql(session, own, name, statements);
    return {
      isClosed: async () => (await ask(sql.isClosed)).trim().endsWith("t"),
      close: async () => lastNumber(await ask(sql.close(own.role), sql.endWriters)),
      open: async () => {
        await ask(sql.open);
      },
      objection: async (shouldBeClosed) => {
        const count = lastNumber(await ask(sql.writable(own.role)));
        if (shouldBeClosed)
          return count === 0 ? undefined : `role ${own.role} may still write ${count} relations`;
        return undefined;
      },
    };
  },
} satisfies ReadOnlyAdapter;

async function psql(
  session: PlatformSession,
  { region, tools }: IntendedDatabase,
  name: string,
  statements: readonly string[],
): Promise<string> {
  const { exitCode, output } = await runOnce(session, {
    ...{ region, tools },
    command: [
      ...["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
      ...statements.flatMap((statement) => ["-c", statement]),
    ],
    doing: `asking database ${name} by a task`,
  });
  if (exitCode === 0) return output;
  const said = output.trim().split("\n").slice(-5).join("\n");
  throw new LandfallError("database", `database ${name} refused: ${said}`);
}

function lastNumber(output: string): number {
  return Number(/(\d+)\s*$/.exec(output)?.[1] ?? 0);
}
