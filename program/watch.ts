import type { Environment, ManagedPostgres, RedisCache, Service } from "../components";
import { Alarms, Backups } from "../components";
import type { Settings } from "./settings";

/** Daily dumps of the database, and alarms for all of the stack, where its config asks for them; and what the deployer is told of both. */
export function watchOver(
  { backupsAt, alarms, database: { deletionProtection } }: Settings,
  environment: Environment,
  { db, cache, services }: { db: ManagedPostgres; cache: RedisCache; services: Service[] },
): { readonly alarms: object; readonly databases: object } {
  if (backupsAt !== undefined)
    new Backups("backups", { environment, database: db, at: backupsAt, deletionProtection });
  const watch = { environment, services, databases: [db], caches: [cache] };
  return {
    // An output that is undefined is warned of with every update.
    alarms: alarms ? new Alarms("alarms", watch).status : {},
    databases: db.status === undefined ? {} : { db: db.status },
  };
}
