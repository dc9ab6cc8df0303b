import { join } from "node:path";

import { withDocker } from "../../../components/docker/dynamic/client";
import { backUp } from "../../../components/docker/dynamic/schema/backup";
import { flawOf, restore } from "../../../components/docker/dynamic/schema/restore";
import type { TaskDatabase } from "../../../components/docker/dynamic/types";
import type { SchemaBackup } from "../../../components/migrations/status";
import { LandfallError, RefusedError } from "../../errors";
import type { DatabaseBackup } from "../../results";
import type { BackupsAdapter, DatabaseServer, PlatformEnv, PlatformSession } from "../types";
import { dockerClient, dockerError } from "./client";
import { manifestsIn } from "./manifests";
import { readOnly } from "./readOnly";

/** Longest time for one, in milliseconds. */
const timeoutMs = 3_600_000;

/** Files of pg_dump in the folder on this machine that migrations use too, each with its checksum. */
export const backups = {
  databases: (session, deployed) => readOnly.databases(session, deployed),

  async list(session, _deployed, server) {
    const { name } = await databaseIn(session.env, server);
    const found = await manifestsIn(folderOf(session));
    return found
      .filter(({ id }) => id.startsWith(`${name}-`))
      .map(shown)
      .sort((a, b) => b.takenAt.localeCompare(a.takenAt));
  },

  async take(session, { intended }, server) {
    const database = await databaseIn(session.env, server);
    const head = intended.migrationHead ?? "";
    const folder = folderOf(session);
    return shown(await asking(session, () => backUp(database, folder, head, timeoutMs)));
  },

  async restore(session, _deployed, server, { id }) {
    const backup = (await manifestsIn(folderOf(session))).find((each) => each.id === id);
    const flaw = backup === undefined ? "is not there any more" : await flawOf(backup);
    if (backup === undefined || flaw !== undefined)
      throw new RefusedError(`backup ${id} ${flaw ?? ""}: nothing was changed`);
    const database = await databaseIn(session.env, server);
    return asking(session, () => restore(database, backup));
  },
} satisfies BackupsAdapter;

function folderOf({ project, shortStack }: PlatformSession): string {
  return join(project.dir, ".landfall/backups", project.name, shortStack);
}

/** The database and its role, as the container was told. */
async function databaseIn(
  env: PlatformEnv,
  { database: component, name: server }: DatabaseServer,
): Promise<TaskDatabase> {
  const info = await dockerClient(env)
    .getContainer(server)
    .inspect()
    .catch((error: unknown) => {
      throw dockerError(error, `looking at container ${server}`);
    });
  const told = (key: string): string =>
    info.Config.Env.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const [name, role] = [told("LANDFALL_DATABASE"), told("LANDFALL_ROLE")];
  if (name !== "" && role !== "") return { component, name, role, server };
  throw new LandfallError("database", `container ${server} names no database of Landfall's`);
}

function shown({ id, takenAt, size, folder }: SchemaBackup): DatabaseBackup {
  return { id, takenAt, size, place: folder };
}

async function asking<T>({ env, context }: PlatformSession, work: () => Promise<T>): Promise<T> {
  context.check();
  try {
    return await withDocker(dockerClient(env, 0), work);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new LandfallError("database", message, { cause });
  }
}
