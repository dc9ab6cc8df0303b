import { readdir, readFile } from "node:fs/promises";
import { join, resolve as absolute } from "node:path";

import { z } from "zod";

import type { SchemaBackup } from "../../components/migrations/status";
import { withDocker } from "../../components/docker/dynamic/client";
import { headIn } from "../../components/docker/dynamic/schema/history";
import { dockerClient } from "../platforms/docker/client";
import type { StackState } from "../engine/state";
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
  backups: SchemaBackup[];
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
  const kept = releases.flatMap(({ migrations = {} }) => Object.entries(migrations));
  const known = [...Object.entries(attempted), ...kept];
  const jobs = [...new Set([...tasks.keys(), ...known.map(([job]) => job)])];
  const ways = jobs.map(async (job) => {
    const ran = tasks.get(job)?.migrations;
    const own = known.filter(([name]) => name === job).map(([, migrations]) => migrations);
    return oneWay(session, job, [...(ran === undefined ? [] : [ran]), ...own], target);
  });
  return jobs.length > 0 ? Promise.all(ways) : headsOnly(releases, target);
}

async function oneWay(
  session: Session,
  job: string,
  known: readonly ReleaseMigrations[],
  target: ReleaseRecord,
): Promise<JobWayBack> {
  const [newest] = known;
  const seen = newest === undefined ? undefined : await observedHead(session, newest);
  // Without an answer it is what the newest release wanted: an update migrates before everything else.
  const head = seen === undefined ? newest?.head : seen.head;
  const leads = known.filter(({ chain }) => chain.some(({ id }) => id === head));
  const exact = leads.find((each) => each.head === head);
  const migrations = exact ?? leads[0];
  const own = target.migrations?.[job];
  const to = own?.head ?? target.migrationHead;
  const backups = newest === undefined ? [] : await backupsOf(session, newest);
  const resolution = resolve(
    {
      head,
      chain: migrations?.chain,
      ...(exact?.tolerates === undefined ? {} : { tolerates: exact.tolerates }),
    },
    { head: to, chain: own?.chain },
    backups,
  );
  return { job, head, observed: seen !== undefined, to, resolution, migrations, backups };
}

/** Jobs of which nothing but the head is known: the same one is safe, and of another nothing can be told. */
function headsOnly(releases: readonly ReleaseRecord[], target: ReleaseRecord): JobWayBack[] {
  const head = releases.find(({ migrationHead }) => migrationHead !== undefined)?.migrationHead;
  if (head === undefined) return [];
  const to = target.migrationHead;
  const [current, wanted] = [head, to].map((each) => ({ head: each, chain: undefined }));
  const none = { head: undefined, chain: undefined };
  const resolution = resolve(current ?? none, wanted ?? none, []);
  const rest = { observed: false, migrations: undefined, backups: [] };
  return [{ job: "migrations", head, to, resolution, ...rest }];
}

/** What the database says; undefined where it cannot be asked. */
async function observedHead(
  { env }: Session,
  { tool, database }: ReleaseMigrations,
): Promise<{ head: string | undefined } | undefined> {
  if (database === undefined) return undefined;
  try {
    return await withDocker(dockerClient(env), async () => ({
      head: await headIn(tool, database),
    }));
  } catch {
    return undefined;
  }
}

const manifest = z.object({
  ...{ id: z.string().regex(/^[\w-]{1,100}$/), head: z.string(), takenAt: z.string() },
  ...{ size: z.number(), sha256: z.string() },
});

/** The backups that are on this machine. */
async function backupsOf(
  { project }: Session,
  { backups }: ReleaseMigrations,
): Promise<SchemaBackup[]> {
  if (backups === undefined) return [];
  const folder = absolute(project.dir, backups);
  const files = await readdir(folder).catch((): string[] => []);
  const found = await Promise.all(
    files
      .filter((name) => name.endsWith(".json") && files.includes(name.replace(/json$/, "dump")))
      .map(async (name) => {
        const text = await readFile(join(folder, name), "utf8").catch(() => "");
        const parsed = manifest.safeParse(parsedJson(text));
        return parsed.success ? [{ ...parsed.data, folder }] : [];
      }),
  );
  return found.flat();
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
