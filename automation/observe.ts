import type { OperationContext } from "./operation";
import { LandfallError } from "./errors";
import type { Intended } from "./intended";
import { namedPlatform, platformNames } from "./platforms";
import type { ObserveAdapter } from "./platforms";
import { probesOf, runProbe } from "./probes";
import type { Observation } from "./results";
import { isSettled, unknownService } from "./verdict";

export interface ObserveOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Seconds for which what is not right yet is looked at again. */
  timeoutSeconds: number;
}

/** Looks at what is running until it is as intended or the time is over, and tells of what it saw. */
export async function observe(
  context: OperationContext,
  intended: Intended,
  { env, timeoutSeconds }: ObserveOptions,
): Promise<Observation> {
  const { clock, signal } = context;
  const deadline = clock.now() + timeoutSeconds * 1000;
  const probing = Promise.all(
    probesOf(intended).map((probe) => runProbe(probe, { deadline, clock, signal })),
  );
  const platform = (await namedPlatform(intended.platform))?.observe;
  const betweenMs = platform?.betweenMs ?? 0;
  let seen = await look(intended, platform, env);
  while (!isSettled({ ...seen, probes: [] }) && seen.unverified.length === 0) {
    if (signal.aborted || clock.now() + betweenMs >= deadline) break;
    await clock.sleep(betweenMs, signal);
    seen = await look(intended, platform, env);
  }
  const observation = { ...seen, probes: await probing };
  for (const { service, state, reasons } of observation.services) {
    context.emit({ kind: "service", service, state, reasons });
  }
  for (const probe of observation.probes) context.emit({ kind: "probe", ...probe });
  return observation;
}

async function look(
  { platform: name, services, problem }: Intended,
  platform: ObserveAdapter | undefined,
  env: ObserveOptions["env"],
): Promise<Omit<Observation, "probes">> {
  if (services === undefined)
    return { services: [], unverified: [problem ?? "nothing to look at"] };
  if (Object.keys(services).length === 0) return { services: [], unverified: [] };
  if (platform === undefined) {
    const known = platformNames.join(", ");
    const reason = `the output \`platform\` is ${JSON.stringify(name)}, and only ${known} can be observed`;
    return { services: [], unverified: [reason] };
  }
  try {
    return { services: await platform.observe({ env }, services), unverified: [] };
  } catch (error) {
    if (!(error instanceof LandfallError)) throw error;
    const unknown = Object.entries(services).map(([name, service]) =>
      unknownService(name, service, error.message),
    );
    return { services: unknown, unverified: [] };
  }
}
