import { LandfallError } from "../../errors";
import type { IntendedService } from "../../intended";
import type { ServiceObservation, ServiceStatusReport } from "../../results";
import type { PlatformSession, StatusAdapter } from "../types";
import { raisedAlarms } from "./alarms";
import { look } from "./observe";
import { cacheReports, databaseReports } from "./stores";

/** Services, databases and caches, with the alarms that watch them. */
export const status = {
  async report(session, deployed) {
    const { env } = session;
    const services = Object.entries(deployed.intended.services ?? {});
    const [own, databases, caches, alarms] = await Promise.all([
      Promise.all(services.map(([name, service]) => serviceReport(session, name, service))),
      databaseReports(env, deployed),
      cacheReports(env, deployed),
      raisedAlarms(env, deployed),
    ]);
    return {
      services: [...own, ...databases, ...caches],
      ...(alarms === undefined ? {} : { alarms }),
    };
  },
} satisfies StatusAdapter;

async function serviceReport(
  { env, context }: PlatformSession,
  name: string,
  intended: IntendedService,
): Promise<ServiceStatusReport> {
  const { inactive, url, exposure } = intended;
  const common = {
    ...{ service: name, role: "service" as const, exposure },
    ...(url === undefined ? {} : { url }),
    ...(inactive === undefined ? {} : { inactive: inactiveOf(inactive) }),
  };
  try {
    const seen = await look(env, name, intended);
    const now = context.clock.now();
    const replicas = seen.containers.map((task) =>
      task.state === "running" && task.startedAt !== undefined
        ? {
            ...task,
            uptimeSeconds: Math.max(0, Math.round((now - Date.parse(task.startedAt)) / 1000)),
          }
        : task,
    );
    const { reasons, intended: wanted } = seen;
    return { ...common, intended: wanted, replicas, state: stateOf(seen), reasons };
  } catch (error) {
    if (!(error instanceof LandfallError)) throw error;
    return { ...common, replicas: [], state: "unknown", reasons: [error.message] };
  }
}

function stateOf({
  state,
  intended,
  containers,
}: ServiceObservation): ServiceStatusReport["state"] {
  if (state === "unknown") return "unknown";
  if (intended.replicas === 0 && containers.length === 0) return "stopped";
  if (!containers.some((task) => task.state === "running" && task.health !== "unhealthy"))
    return "down";
  return state === "matches" ? "up" : "degraded";
}

function inactiveOf({
  by,
  feature,
}: NonNullable<IntendedService["inactive"]>): NonNullable<ServiceStatusReport["inactive"]> {
  return { by, ...(feature === undefined ? {} : { feature }) };
}
