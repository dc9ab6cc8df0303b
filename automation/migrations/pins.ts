import type { MigrationPin } from "../../components/sdkConfig";
import type { ReleaseRecord } from "../release";
import type { JobWayBack } from "./wayBack";

/** The config key by which the components are told; components/sdkConfig.ts reads it. */
const migrationsKey = "landfall-sdk:migrations";

/**
 * Tells the components which migrations a release's image has, whatever the working tree has by now, and beyond which of
 * them the database is: nothing is run then.
 */
export function migrationPins(
  { migrations = {} }: Pick<ReleaseRecord, "migrations">,
  ways: readonly JobWayBack[],
): Record<string, string> {
  const pins = Object.entries(migrations).map(([job, { tool, head, chain, tolerates }]) => {
    const resolution = ways.find((way) => way.job === job)?.resolution;
    const beyond = resolution?.kind === "safe" ? resolution.beyond : [];
    const pin = { tool, head, chain, beyond, ...(tolerates === undefined ? {} : { tolerates }) };
    return [job, pin satisfies MigrationPin] as const;
  });
  return pins.length === 0 ? {} : { [migrationsKey]: JSON.stringify(Object.fromEntries(pins)) };
}
