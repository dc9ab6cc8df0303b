import { resolve } from "node:path";

import { withDocker } from "../../../components/docker/dynamic/client";
import { headIn } from "../../../components/docker/dynamic/schema/history";
import { flawOf, restore } from "../../../components/docker/dynamic/schema/restore";
import { task } from "../../../components/docker/dynamic/task";
import { taskSchema } from "../../../components/docker/dynamic/validate";
import { parsedInputs } from "../../../components/dynamic/inputs";
import type { SchemaBackup } from "../../../components/migrations/status";
import { RefusedError } from "../../errors";
import type { ReleaseMigrations } from "../../migrations/tasks";
import type { MigrationsAdapter, PlatformSession } from "../types";
import { dockerClient } from "./client";
import { manifestsIn } from "./manifests";

/** Commands in the containers of databases, and copies in a folder of this machine. */
export const migrations = {
  async head({ env }, { tool, database }) {
    if (database === undefined) return undefined;
    try {
      return await withDocker(dockerClient(env), async () => ({
        head: await headIn(tool, database),
      }));
    } catch {
      return undefined;
    }
  },

  backups: (session, _state, own) => copiesOf(session, own),

  undo({ env }, _deployed, { job, ran, migrations: { image }, command, downTo }) {
    if (image === undefined)
      throw new RefusedError(`${job}: nothing tells which image has its migrations`);
    const { schema: _, ...inputs } = parsedInputs(taskSchema, ran.inputs);
    return withDocker(dockerClient(env, 0), async () => {
      const { outs } = await task.create({ ...inputs, image, command, revision: `down-${downTo}` });
      return outs.output;
    });
  },

  async restore(session, _deployed, own, { id }) {
    const backup = (await copiesOf(session, own)).find((each) => each.id === id);
    if (backup === undefined || own.database === undefined)
      throw new RefusedError(`backup ${id} is not on this machine any more`);
    const flaw = await flawOf(backup);
    if (flaw !== undefined) throw new RefusedError(`backup ${id} ${flaw}: nothing was changed`);
    const { database } = own;
    return withDocker(dockerClient(session.env, 0), () => restore(database, backup));
  },
} satisfies MigrationsAdapter;

function copiesOf(
  { project }: Pick<PlatformSession, "project">,
  { backups }: ReleaseMigrations,
): Promise<SchemaBackup[]> {
  return backups === undefined ? Promise.resolve([]) : manifestsIn(resolve(project.dir, backups));
}
