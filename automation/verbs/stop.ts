import { UsageError } from "../errors";
import { readIntended } from "../intended";
import type { Intended } from "../intended";
import { nearest } from "../nearest";
import type { StartArgs, StopArgs } from "../operations";
import type { StartResult, StopResult } from "../results";
import { currentRelease } from "../release";
import type { Session } from "../session";
import { switchConfig } from "../switches";
import { stoppedIn, stoppedKey } from "../switches/stopped";
import { withConfigCopy } from "../configCopy";
import { readStack } from "./prepare";

/** Takes a service, or all of them, to no replicas. Databases and caches go on. */
export function stop(session: Session, args: StopArgs): Promise<StopResult> {
  return change(session, args, "stop");
}

/** Gives a stopped service, or all of them, the configured replicas back. */
export function start(session: Session, args: StartArgs): Promise<StartResult> {
  return change(session, args, "start");
}

async function change(
  session: Session,
  { service, ...args }: StopArgs,
  kind: "stop" | "start",
): Promise<StopResult> {
  const { state, config } = await readStack(session, { create: false });
  const names = servicesIn(readIntended(state.outputs), service);
  const before = await stoppedBefore(session, stoppedIn(config));
  // A start only takes back what was stopped: config keeps no word of anything else.
  const chosen = kind === "stop" ? names : names.filter((name) => before.includes(name));
  const affected = kind === "stop" ? names.filter((name) => !before.includes(name)) : chosen;
  const values = Object.fromEntries(chosen.map((name) => [name, kind === "stop"]));
  const wanted = { kind, key: stoppedKey, values, stops: kind === "stop" ? names : [] };
  const { result, intended } = await switchConfig(session, args, wanted, state);
  return { ...result, affected, stopped: stoppedServices(intended) };
}

/** Of the release that runs and of the config file: either may know of one that the other does not. */
async function stoppedBefore(session: Session, own: string[]): Promise<string[]> {
  const release = currentRelease(await session.store.list());
  if (release === undefined || release.config === "") return own;
  const config = await withConfigCopy(session, release, (file) =>
    session.workspace.writtenConfig(file),
  );
  return [...new Set([...own, ...stoppedIn(config ?? {})])];
}

function stoppedServices({ services = {} }: Intended): string[] {
  return Object.entries(services).flatMap(([name, { inactive }]) =>
    inactive?.by === "stop" ? [name] : [],
  );
}

function servicesIn({ services = {}, problem }: Intended, service: string | undefined): string[] {
  const names = Object.keys(services);
  if (service === undefined && names.length > 0) return names;
  if (service !== undefined && names.includes(service)) return [service];
  const meant = service === undefined ? undefined : nearest(service, names);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const message =
    names.length === 0
      ? `no service was deployed${problem === undefined ? "" : `: ${problem}`}`
      : `must be one of ${names.join(", ")}, got ${JSON.stringify(service)}${hint}`;
  throw new UsageError([{ path: "service", message }]);
}
