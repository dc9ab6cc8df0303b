import * as pulumi from "@pulumi/pulumi";
import type { Duration, Size } from "./duration";
import { mebibytes, milliseconds } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import type { ImageArgs } from "./image";
import { normalizeImage } from "./image";
import type { Linkable, LinkedDatabase } from "./link";
import type { MigrationTool } from "./migrations";
import { migrationPlan } from "./migrations/plan";
import type { MigratedDatabase, MigrationStatus } from "./migrations/status";
import { checkName } from "./naming";

/** Arguments of a {@link MigrationJob}. */
export interface MigrationJobArgs {
  readonly environment: Environment;
  /** The image that holds the migrations: the new one of the service that needs them. */
  readonly image: ImageArgs;
  /**
   * Folder of the migrations, relative to the program: SQL files, or Alembic's. Releases keep what it holds, so that a
   * rollback knows whether it can go back. @default only `head` is known
   */
  readonly migrations?: string;
  /** What applies them. @default "alembic" where the folder has Python files, else "sql" */
  readonly tool?: MigrationTool;
  /**
   * Applies them, such as `["node", "migrate.js"]`; with "sql" it must hold a lock of its own in the database.
   * @default `["alembic", "upgrade", "head"]` with "alembic"
   */
  readonly command?: readonly string[];
  /**
   * Undoes them down to the head that is added as the last argument (`base` for none).
   * @default `["alembic", "downgrade"]` with "alembic"; with "sql" there is no way down
   */
  readonly downCommand?: readonly string[];
  /** The head that the migrations lead to, where their folder is not given. @default the folder's */
  readonly head?: string;
  /**
   * The oldest head whose code works on the schema that these migrations lead to.
   * @default that of the newest contracting migration; any where there is none
   */
  readonly tolerates?: string;
  /**
   * Where a {@link ManagedPostgres} in `links` is backed up before a contracting migration; false for nowhere. Docker: a
   * folder on the machine that deploys, absolute or relative to the program. AWS: a snapshot of RDS, whatever the folder.
   * @default ".landfall/backups"
   */
  readonly backups?: string | false;
  /** The database, at least. @default [] */
  readonly links?: readonly Linkable[];
  /** @default {} */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default {} */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Time after which it is stopped and the update fails. @default "10m" */
  readonly timeout?: Duration;
  /** @default "512MB" */
  readonly memory?: Size;
}

/**
 * Migrations as a one-off task: with the new image and the new environment, before any new replica takes
 * traffic, on the first deploy too. Services name it in `dependsOn`.
 *
 * @example
 * const migration = new MigrationJob("migrate", { environment, image, migrations: "api/migrations", command: ["node", "migrate.js"], links: [db] });
 * new ApiService("api", { environment, image, links: [db] }, { dependsOn: migration });
 * export const migrations = { migrate: migration.status };
 */
export class MigrationJob extends pulumi.ComponentResource {
  /** The head that the migrations lead to. */
  readonly head: string;
  readonly exitCode: pulumi.Output<number>;
  /** The last lines that it printed, without secrets. */
  readonly output: pulumi.Output<string>;
  /** What releases keep: export it, under its name, in the stack's output `migrations`. */
  readonly status: pulumi.Output<MigrationStatus>;

  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: MigrationJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec, plan } = normalize(name, args);
    super("landfall:index:MigrationJob", name, {}, args.environment.optionsFor(opts));
    this.head = plan.head;
    const task = args.environment.capabilities.task(this, spec);
    this.exitCode = task.exitCode;
    this.output = task.output;
    const database = spec.schema?.database;
    this.status = pulumi
      .all([task.output, task.image, task.backup, database?.server ?? database?.rds?.instance])
      .apply(([output, image, backup, server]) => ({
        ...plan,
        ...{ image, output },
        ...(database === undefined || server === undefined
          ? {}
          : { database: migrated(database, server) }),
        ...(task.backups === undefined ? {} : { backups: task.backups }),
        ...(backup === undefined ? {} : { backup }),
      }));
    this.registerOutputs({ head: this.head, exitCode: this.exitCode });
  }
}

function normalize(name: string, args: MigrationJobArgs) {
  const problems = new Problems(`MigrationJob ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  const { beyond, command, ...plan } = migrationPlan(name, args, problems);
  const links = (args.links ?? []).map((linkable) => linkable.link);
  const database = links.find((link) => link.database !== undefined)?.database;
  const { backups = ".landfall/backups" } = args;
  const spec = {
    name,
    image: normalizeImage(args.image, name, args.environment, problems),
    command,
    env: args.env ?? {},
    secrets: args.secrets ?? {},
    links,
    memoryMb: mebibytes(args.memory ?? "512MB", "memory", { min: "16MB", max: "1024GB" }, problems),
    timeoutMs: milliseconds(args.timeout ?? "10m", "timeout", { min: "1s", max: "24h" }, problems),
    runKey: plan.head,
    ...(plan.tool === undefined ? {} : { schema: { ...plan, tool: plan.tool, beyond, database } }),
    ...(backups === false ? {} : { backups }),
  };
  problems.throwIfAny();
  return { spec, plan };
}

function migrated({ component, name, role }: LinkedDatabase, server: string): MigratedDatabase {
  return { component, name, role, server };
}
