import * as pulumi from "@pulumi/pulumi";
import type { AwsBackupsArgs } from "./aws/args";
import type { Size } from "./duration";
import { mebibytes } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import type { ManagedPostgres } from "./managedPostgres";
import { checkName } from "./naming";
import { checkDays } from "./objectStore";
import { capabilityOf } from "./platform";
import type { BackupsSpec, TimeOfDay, Weekday } from "./specs";
import type { BackupsStatus } from "./status";

/** Arguments of {@link Backups}. */
export interface BackupsArgs {
  readonly environment: Environment;
  /** The database that is dumped. */
  readonly database: ManagedPostgres;
  /** When it is dumped, every day, UTC, as hh:mm. @default "02:00" */
  readonly at?: string;
  /** Days for which dumps are kept, from 1. @default 7 */
  readonly keepDays?: number;
  /** When the newest dump is tried, or `false` for never. @default { day: "sun", at: "05:30" } */
  readonly drill?: DrillArgs | false;
  /** Memory of the task that makes a dump, or tries one. @default "1GB" */
  readonly memory?: Size;
  /** Whether the dumps are protected against `destroy` and against replacement. @default true */
  readonly deletionProtection?: boolean;
  /** Settings that only AWS has. */
  readonly aws?: AwsBackupsArgs;
}

/** A drill restores the newest dump into a server of its own, which is gone afterwards, and counts the rows of every table. */
export interface DrillArgs {
  readonly day: Weekday;
  /** UTC, as hh:mm. */
  readonly at: string;
}

const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/**
 * Dumps a database every day beside whatever the platform copies by itself, and proves every week that a dump can be restored:
 * a dump keeps how many rows each table had when it was made, and the restored database must have as many.
 *
 * @example
 * new Backups("backups", { environment, database: db });
 */
export class Backups extends pulumi.ComponentResource {
  /** Where the dumps are, and what makes them. */
  readonly status: pulumi.Output<BackupsStatus>;

  /** @throws InvalidArgumentsError with every mistake in the arguments, or where the platform has no backups. */
  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec, make } = normalize(name, args);
    super("landfall:index:Backups", name, {}, args.environment.optionsFor(opts));
    this.status = make(this, spec).status;
    this.registerOutputs({ status: this.status });
  }
}

function normalize(name: string, args: BackupsArgs) {
  const problems = new Problems(`Backups ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  const make = capabilityOf(args.environment, "backups", "backups", problems);
  const { keepDays = 7, drill = { day: "sun", at: "05:30" }, database } = args;
  checkDays(keepDays, "keepDays", problems);
  if (drill !== false)
    problems.require(
      WEEKDAYS.includes(drill.day),
      "drill.day",
      `must be one of: ${WEEKDAYS.join(", ")}`,
      drill.day,
    );
  const size = { min: "256MB", max: "120GB" } as const;
  const spec: BackupsSpec = {
    name,
    database: {
      name: database.link.name,
      version: database.version,
      image: database.image,
      env: {
        PGHOST: database.host,
        PGPORT: String(database.port),
        PGUSER: database.user,
        PGDATABASE: database.database,
      },
      password: database.password,
      link: database.link,
    },
    at: timeOfDay(args.at ?? "02:00", "at", problems),
    keepDays,
    drill:
      drill === false
        ? undefined
        : { day: drill.day, ...timeOfDay(drill.at, "drill.at", problems) },
    memoryMb: mebibytes(args.memory ?? "1GB", "memory", size, problems),
    deletionProtection: args.deletionProtection ?? true,
    aws: args.aws ?? {},
  };
  if (make === undefined || problems.all.length > 0) throw problems.error();
  return { spec, make };
}

function timeOfDay(text: string, path: string, problems: Problems): TimeOfDay {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  const rule = 'must be a time of day in UTC, such as "02:00"';
  problems.require(hour !== undefined, path, rule, text);
  return { hour: Number(hour ?? 0), minute: Number(minute ?? 0) };
}
