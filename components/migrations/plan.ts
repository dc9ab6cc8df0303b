import type { Problems } from "../errors";
import { InvalidArgumentsError } from "../errors";
import type { MigrationJobArgs } from "../migrationJob";
import { headOf, readMigrations } from ".";
import type { Migrations } from ".";
import type { MigrationPlan } from "./status";

const HEAD = /^[\w.-]{1,200}$/;

interface Plan extends MigrationPlan {
  readonly command: readonly string[];
  /** Heads of a database with which there is nothing to run: a former release's own, and later ones that its code works with. */
  readonly beyond: readonly string[];
}

/**
 * What a job's migrations are. While an earlier release is deployed again they are that release's, not the working
 * tree's: its image runs.
 */
export function migrationPlan(name: string, args: MigrationJobArgs, problems: Problems): Plan {
  const pin = args.environment.migrationPins[name];
  const read = pin ?? folderOf(args, problems);
  const { tool = args.tool, chain } = read ?? { chain: [] };
  const given = (args.head === undefined) !== (args.migrations === undefined);
  problems.require(given, "migrations", "or `head` must be given, one of them");
  const head = pin?.head ?? args.head ?? headOf(chain);
  problems.require(HEAD.test(head), "head", "must be the name of the newest migration", args.head);
  const { tolerates = pin === undefined ? args.tolerates : undefined } = pin ?? {};
  if (tolerates !== undefined && read !== undefined && pin === undefined)
    problems.require(
      tolerates === "base" || chain.some(({ id }) => id === tolerates),
      "tolerates",
      `must be the head of one of ${args.migrations ?? "the"}'s migrations, or base`,
      tolerates,
    );
  const alembic = tool === "alembic";
  const command = args.command ?? (alembic ? ["alembic", "upgrade", "head"] : []);
  problems.require(command.length > 0, "command", "must not be empty", command);
  const downCommand = args.downCommand ?? (alembic ? ["alembic", "downgrade"] : undefined);
  return {
    ...(tool === undefined ? {} : { tool }),
    ...{ head, command },
    // A release that is deployed again has run all of its own when it ran first.
    beyond: pin === undefined ? [] : [head, ...pin.beyond],
    // What nothing can undo has no way down, whatever files there are.
    chain: downCommand === undefined ? chain.map((each) => ({ ...each, down: false })) : chain,
    ...(tolerates === undefined ? {} : { tolerates }),
    ...(downCommand === undefined ? {} : { downCommand }),
  };
}

function folderOf(
  { migrations, tool }: MigrationJobArgs,
  problems: Problems,
): Migrations | undefined {
  if (migrations === undefined) return undefined;
  try {
    return readMigrations(migrations, tool);
  } catch (error) {
    if (!(error instanceof InvalidArgumentsError)) throw error;
    for (const { rule } of error.problems) problems.add("migrations", rule, migrations);
    return { tool: tool ?? "sql", chain: [{ id: "unknown", contracting: false, down: false }] };
  }
}
