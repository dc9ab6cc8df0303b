import { sleep } from "../client";
import { stateOf, workers } from "./haproxy";
import type { Worker, WorkerState } from "./haproxy";
import type { RoutePart } from "./part";
import type { Target } from "./plan";
import type { RouterSession } from "./session";
import { lookUp, writeLive } from "./store";

const RELOAD_MS = 20_000;
const POLL_MS = 25;

/**
 * Starts a new process with the configuration of all parts, which takes over the listening sockets; the one before
 * it finishes its connections.
 * @param wanted The structure by which the new process is recognised.
 */
export async function reloaded(
  session: RouterSession,
  parts: readonly RoutePart[],
  targets: readonly Target[],
  wanted: string,
  before: readonly Worker[],
): Promise<void> {
  await writeLive(session, parts, await knownAddresses(session, parts, targets));
  await session.run("reload", "cli reload; :");
  const known = new Set(before.map((worker) => worker.pid));
  const deadline = Date.now() + RELOAD_MS;
  let seen: string | undefined;
  while (Date.now() < deadline) {
    const state = await freshState(session, known);
    seen = state?.structure ?? seen;
    if (state?.structure === wanted) return;
    await sleep(POLL_MS);
  }
  throw new Error(
    `router "${session.router}": its new process did not come up within ${RELOAD_MS / 1000} s after a reload ` +
      `(wanted ${wanted}, saw ${seen ?? "none"}): see "docker logs ${session.router}"`,
  );
}

// While the master starts anew its command line may not answer.
async function freshState(
  session: RouterSession,
  known: ReadonlySet<number>,
): Promise<WorkerState | undefined> {
  try {
    const fresh = (await workers(session)).find(
      (worker) => !worker.leaving && !known.has(worker.pid),
    );
    return fresh === undefined ? undefined : await stateOf(session, fresh);
  } catch {
    return undefined;
  }
}

async function knownAddresses(
  session: RouterSession,
  parts: readonly RoutePart[],
  targets: readonly Target[],
): Promise<Map<string, string>> {
  const names = parts.flatMap((part) => part.servers.map((server) => server.name));
  const given = new Map(targets.map((target) => [target.name, target.address]));
  const others = await lookUp(
    session,
    names.filter((name) => !given.has(name)),
  );
  return new Map([...others, ...given]);
}
