import { hostname } from "node:os";

import { withConfigCopy } from "../configCopy";
import type { Intended } from "../intended";
import { observe } from "../observe";
import { maker } from "../provenance";
import type { ReleaseRecord } from "../release";
import type { Observation, RecoveryAction, ReleaseState, SettledRelease } from "../results";
import { underway } from "../rollout/positions";
import { reading } from "../session";
import type { Session } from "../session";
import { judge } from "../verdict";
import type { ConfigValue } from "../workspace";
import { seenIn, withoutSecrets } from "./record";
import { sameDeployment } from "./sameDeployment";

/** Seconds for which an update looks at what an interrupted one may have brought to its end. */
const lookSeconds = 5;

/** Milliseconds after which `verify` takes a release of another host, without a lock, for one that has ended. */
const otherHostMs = 15 * 60_000;

/** What is promised, and what was seen of it. */
export interface Seen {
  intended: Intended;
  observation: Observation;
}

/** Gives every interrupted release what it came to: an update does it before it begins. */
export async function settleInterrupted(
  session: Session,
  intended: Intended,
): Promise<RecoveryAction[]> {
  const releases = await session.store.list();
  const open = releases.filter(isInterrupted);
  if (open.length === 0) return [];
  const { context, env } = session;
  const settled = await context.phase("recover", () =>
    settle(session, open, releases, async () => ({
      intended,
      observation: await observe(context, intended, { env, timeoutSeconds: lookSeconds }),
    })),
  );
  return settled.map(({ release, to, detail }) => {
    const action: RecoveryAction = {
      action: "release-settled",
      subject: `release ${release}`,
      detail: `${to.replace("_", " ")}: ${detail}`,
    };
    context.emit({ kind: "recovery", ...action });
    return action;
  });
}

/**
 * Gives every release that was left without a verdict what `verify` has found. One of another host that still runs is
 * left alone while a lock is held and for a quarter of an hour: its process may live, and has the last word.
 */
export async function settleVerified(session: Session, seen: Seen): Promise<SettledRelease[]> {
  const releases = await session.store.list();
  const newest = releases.at(-1)?.number;
  const abandoned = (await isLocked(session))
    ? []
    : releases.filter(
        ({ state, process, startedAt }) =>
          state === "running" &&
          process.host !== hostname() &&
          session.context.clock.now() - Date.parse(startedAt) > otherHostMs,
      );
  const open = releases.filter(
    (release) =>
      isInterrupted(release) ||
      abandoned.includes(release) ||
      (release.state === "unverified" && release.number === newest),
  );
  return settle(session, open, releases, () => Promise.resolve(seen));
}

function isInterrupted({ state, settled }: ReleaseRecord): boolean {
  return state === "interrupted" && settled === undefined;
}

async function isLocked({ locks }: Session): Promise<boolean> {
  return ((await locks?.list()) ?? []).some(({ stale }) => !stale);
}

async function settle(
  session: Session,
  open: readonly ReleaseRecord[],
  releases: readonly ReleaseRecord[],
  look: () => Promise<Seen>,
): Promise<SettledRelease[]> {
  const { context, store, env } = session;
  const done: SettledRelease[] = [];
  for (const record of open) {
    const {
      state: to,
      detail,
      ...facts
    } = record.number === releases.at(-1)?.number
      ? await cameTo(session, record, look)
      : { state: "interrupted" as const, detail: "later releases followed it" };
    if (to === record.state && to !== "interrupted") continue;
    const { error: _, ...rest } = record;
    const at = new Date(context.clock.now()).toISOString();
    const settled = { at, by: maker(env), was: record.state, detail };
    const finished = { finishedAt: at, ...rest, ...facts, state: to, settled };
    if (await store.settle(withoutSecrets(context, finished))) {
      done.push({ release: record.number, from: record.state, to, detail });
    }
  }
  return done;
}

type CameTo = { state: ReleaseState; detail: string } & Partial<ReleaseRecord>;

/** What the newest release came to: the engine tells whether its update was finished, the platform what runs. */
async function cameTo(
  session: Session,
  record: ReleaseRecord,
  look: () => Promise<Seen>,
): Promise<CameTo> {
  const ended = record.state === "unverified" ? "failed" : "interrupted";
  const last = await reading(session, () => session.workspace.lastDeploy());
  // The engine's times have no parts of a second.
  if (last === undefined || Date.parse(last.startTime) + 1000 < Date.parse(record.startedAt)) {
    return {
      state: ended,
      detail: "its update was not finished, and the next one goes on from there",
    };
  }
  if (last.result !== "succeeded") {
    return { state: ended, detail: `the engine's update ${last.result}` };
  }
  const config = await configOf(session, record);
  const { name } = session.project;
  if (config === undefined || !sameDeployment(name, record, config, last.config)) {
    return { state: ended, detail: "the last update deployed another config than this release's" };
  }
  const { intended, observation } = await look();
  const [half] = underway(intended);
  if (half !== undefined) {
    const phase = `phase ${half.current.index + 1} of ${half.of}`;
    return { state: ended, detail: `${half.service} stayed between two revisions, in ${phase}` };
  }
  const { verdict, error } = judge(observation, true);
  const detail = {
    deployed: "its update was finished, and what runs is what was deployed",
    unverified: "its update was finished, and what runs could not be observed",
    failed: "its update was finished, and what runs is not what was deployed",
    rolled_back: "its update was finished, and the platform has put the earlier release back",
  };
  const state = verdict === "unchanged" ? "deployed" : verdict;
  return {
    ...seenIn(intended, observation),
    ...(error === undefined ? {} : { error }),
    state,
    detail: detail[state],
  };
}

/** A release's config as it is written; undefined where it cannot be read. */
async function configOf(
  session: Session,
  record: ReleaseRecord,
): Promise<Record<string, ConfigValue> | undefined> {
  if (record.config === "") return {};
  return withConfigCopy(session, record, (file) => session.workspace.writtenConfig(file)).catch(
    () => undefined,
  );
}
