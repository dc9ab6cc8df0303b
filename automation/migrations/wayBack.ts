import type { StackState } from "../engine/state";
import { platformOf } from "../platforms";
import type { MigrationsAdapter } from "../platforms";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";
import { resolve } from "./resolve";
import type { Resolution } from "./resolve";
import { migratingTasks } from "./tasks";
import type { ReleaseMigrations } from "./tasks";

/** How the schema of one job lets a release come back. */
export interface JobWayBack {
  job: string;
  /** The newest migration that the database has; undefined where nothing tells. */
  head: string | undefined;
  /** Whether the database itself has said so, or only the releases. */
  observed: boolean;
  /** The release's own head. */
  to: string | undefined;
  resolution: Resolution;
  /** The migrations that led to `head`, and the image that has their files. */
  migrations: ReleaseMigrations | undefined;
}

/** Asks of every schema of the stack whether a release's code can come back to it. */
export async function wayBack(
  session: Session,
  state: Pick<StackState, "resources">,
  target: ReleaseRecord,
  /** What an update has set out for that has just failed, and has no finished record yet. */
  attempted: NonNullable<ReleaseRecord["migrations"]> = {},
): Promise<JobWayBack[]> {
  const releases = (await session.store.list()).reverse();
  const tasks = migratingTasks(state);
  const { migrations: platform } = await platformOf({ state: { ...state, pending: [] } });
  const kept = releases.flatMap(({ migrations = {} }) => Object.entries(migrations));
  const known = [...Object.entries(attempted), ...kept];
  const jobs = [...new Set([...tasks.keys(), ...known.map(([job]) => job)])];
  const ways = jobs.map(async (job) => {
    const ran = tasks.get(job)?.migrations;
    const own = known.filter(([name]) => name === job).map(([, migrations]) => migrations);
    return oneWay(
      { session, state, platform },
      job,
      [...(ran === undefined ? [] : [ran]), ...own],
      target,
    );
  });
  return jobs.length > 0 ? Promise.all(ways) : headsOnly(releases, target);
}

interface Asked {
  session: Session;
  state: Pick<StackState, "resources">;
  platform: MigrationsAdapter;
}

async function oneWay(
  { session, state, platform }: Asked,
  job: string,
  known: readonly ReleaseMigrations[],
  target: ReleaseRecord,
): Promise<JobWayBack> {
  const [newest] = known;
  const seen = newest === undefined ? undefined : await platform.head(session, newest);
  // Without an answer it is what the newest release wanted: an update migrates before everything else.
  const head = seen === undefined ? newest?.head : seen.head;
  const leads = known.filter(({ chain }) => chain.some(({ id }) => id === head));
  const exact = leads.find((each) => each.head === head);
  const migrations = exact ?? leads[0];
  const own = target.migrations?.[job];
  const to = own?.head ?? target.migrationHead;
  const backups = newest === undefined ? [] : await platform.backups(session, state, newest);
  const resolution = resolve(
    {
      head,
      chain: migrations?.chain,
      ...(exact?.tolerates === undefined ? {} : { tolerates: exact.tolerates }),
    },
    { head: to, chain: own?.chain },
    backups,
  );
  return { job, head, observed: seen !== undefined, to, resolution, migrations };
}

/** Jobs of which nothing but the head is known: the same one is safe, and of another nothing can be told. */
function headsOnly(releases: readonly ReleaseRecord[], target: ReleaseRecord): JobWayBack[] {
  const head = releases.find(({ migrationHead }) => migrationHead !== undefined)?.migrationHead;
  if (head === undefined) return [];
  const to = target.migrationHead;
  const [current, wanted] = [head, to].map((each) => ({ head: each, chain: undefined }));
  const none = { head: undefined, chain: undefined };
  const resolution = resolve(current ?? none, wanted ?? none, []);
  const rest = { observed: false, migrations: undefined };
  return [{ job: "migrations", head, to, resolution, ...rest }];
}
