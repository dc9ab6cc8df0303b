import { Problems } from "../errors";
import type { PostgresSpec } from "../specs";
import { INSTANCE_CLASSES, smallestWith } from "./sizes";
import { checkWindows } from "./windows";

/** What RDS is asked for, complete. */
export interface RdsSettings {
  readonly instanceClass: string;
  readonly multiAz: boolean;
  readonly storage: { readonly initial: number; readonly max: number };
  readonly backupDays: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
  readonly finalSnapshot: boolean;
  readonly allowMajorUpgrade: boolean;
}

const STORAGE = { initial: 20, max: 100 };
const LARGEST_STORAGE = 65_536;

/**
 * Holds a database against what RDS can do, as a whole and before anything is made.
 * @throws InvalidArgumentsError
 */
export function checkedPostgres(spec: PostgresSpec): RdsSettings {
  const problems = new Problems(`ManagedPostgres ${JSON.stringify(spec.name)} on AWS`);
  const { aws } = spec;
  const settings: RdsSettings = {
    instanceClass: instanceClassOf(spec, problems),
    multiAz: aws.multiAz ?? false,
    storage: aws.storage ?? STORAGE,
    backupDays: aws.backupDays ?? 7,
    backupWindow: aws.backupWindow ?? "03:00-04:00",
    maintenanceWindow: aws.maintenanceWindow ?? "sun:04:00-sun:05:00",
    finalSnapshot: aws.finalSnapshot ?? true,
    allowMajorUpgrade: aws.allowMajorUpgrade ?? false,
  };
  checkNames(spec, problems);
  checkStorage(settings.storage, problems);
  problems.require(
    Number.isInteger(settings.backupDays) && settings.backupDays >= 1 && settings.backupDays <= 35,
    "aws.backupDays",
    "must be a whole number from 1 to 35",
    settings.backupDays,
  );
  checkWindows(
    { backup: settings.backupWindow, maintenance: settings.maintenanceWindow },
    { backup: "aws.backupWindow", maintenance: "aws.maintenanceWindow" },
    problems,
  );
  for (const [name, value] of Object.entries(spec.settings)) checkSetting(name, value, problems);
  problems.throwIfAny();
  return settings;
}

function instanceClassOf({ aws, memoryMb }: PostgresSpec, problems: Problems): string {
  const at = { path: "memory", override: "aws.instanceClass" };
  if (aws.instanceClass === undefined)
    return smallestWith(INSTANCE_CLASSES, memoryMb, at, problems);
  const rule = 'must be a class of RDS, such as "db.r5.large"';
  const fits = /^db\.[a-z][a-z0-9]*\.[a-z0-9]+$/.test(aws.instanceClass);
  problems.require(fits, "aws.instanceClass", rule, aws.instanceClass);
  return aws.instanceClass;
}

/** Names that RDS keeps for itself. */
function checkNames({ user, database }: PostgresSpec, problems: Problems): void {
  const rule = "must not begin with rds or pg_ on AWS: RDS has such names of its own";
  problems.require(!/^(?:rds|pg_)/.test(user), "user", rule, user);
  const taken = ["postgres", "rdsadmin", "template0", "template1"];
  const free = `must not be one of RDS's own: ${taken.join(", ")}`;
  problems.require(!taken.includes(database), "database", free, database);
}

function checkStorage({ initial, max }: RdsSettings["storage"], problems: Problems): void {
  const isSize = (gib: number) => Number.isInteger(gib) && gib >= 20 && gib <= LARGEST_STORAGE;
  const rule = `must be a whole number of GiB from 20 to ${LARGEST_STORAGE}`;
  const first = problems.require(isSize(initial), "aws.storage.initial", rule, initial);
  const last = problems.require(isSize(max), "aws.storage.max", rule, max);
  if (first && last)
    problems.require(
      max >= initial * 1.1,
      "aws.storage.max",
      `must be a tenth more than initial (${initial}) at least: RDS grows it by no less`,
      max,
    );
}

function checkSetting(name: string, value: string, problems: Problems): void {
  const at = `settings.${name}`;
  if (name === "rds.force_ssl")
    problems.require(value === "1", at, "must be 1: nothing connects without TLS", value);
  else if (RDS_OWN.has(name)) problems.add(at, "is RDS's own to set");
  else if (name === "max_connections")
    problems.add(at, "must be given as maxConnections, where all platforms understand it");
  else
    problems.require(
      !/^\d+(?:\.\d+)?\s*(?:B|kB|MB|GB|TB|us|ms|s|min|h|d)$/.test(value),
      at,
      "must be a number in the setting's own unit on AWS, such as 16384 for a work_mem of 16MB",
      value,
    );
}

const RDS_OWN: ReadonlySet<string> = new Set([
  "data_directory",
  "hba_file",
  "listen_addresses",
  "port",
  "ssl",
  "ssl_ca_file",
  "ssl_cert_file",
  "ssl_key_file",
]);

/** Settings that Postgres reads when it starts: AWS takes a change of them only for the next restart. */
export const READ_AT_START: ReadonlySet<string> = new Set([
  "autovacuum_freeze_max_age",
  "autovacuum_max_workers",
  "autovacuum_multixact_freeze_max_age",
  "huge_pages",
  "max_connections",
  "max_files_per_process",
  "max_locks_per_transaction",
  "max_logical_replication_workers",
  "max_pred_locks_per_transaction",
  "max_prepared_transactions",
  "max_replication_slots",
  "max_wal_senders",
  "max_worker_processes",
  "old_snapshot_threshold",
  "rds.logical_replication",
  "shared_buffers",
  "shared_preload_libraries",
  "superuser_reserved_connections",
  "track_activity_query_size",
  "track_commit_timestamp",
  "wal_buffers",
]);
