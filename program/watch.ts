import type * as pulumi from "@pulumi/pulumi";
import type { Environment, ManagedPostgres, RedisCache, Service } from "../components";
import { Alarms, Backups } from "../components";
import type { Settings } from "./settings";

/** Daily dumps of the database, and alarms for all of the stack, where its config asks for them. */
export function watchOver(
  { backupsAt, alarms, database: { deletionProtection } }: Settings,
  environment: Environment,
  { db, cache, services }: { db: ManagedPostgres; cache: RedisCache; services: Service[] },
): pulumi.Output<unknown> | undefined {
  if (backupsAt !== undefined)
    new Backups("backups", { environment, database: db, at: backupsAt, deletionProtection });
  if (!alarms) return undefined;
  return new Alarms("alarms", { environment, services, databases: [db], caches: [cache] }).status;
}
