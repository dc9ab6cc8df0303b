import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { SchemaBackup } from "../../../migrations/status";
import { ask, docker } from "../client";
import type { TaskDatabase } from "../types";
import { framesOf } from "./frames";

// One script, so that it ends in order whoever goes away: without its input pg_restore fails, and the database is opened
// again as it was. The copy becomes the database by two renames in one transaction.
const RESTORE = `set -eu
db=$0 role=$1 fresh=$2 old=$3
export PGPASSWORD="$POSTGRES_PASSWORD" PGHOST=127.0.0.1 PGUSER=postgres PGOPTIONS="-c client_min_messages=warning"
sql() { psql -X -q -d postgres -v ON_ERROR_STOP=1 -v db="$db" -v role="$role" -v fresh="$fresh" -v old="$old" >/dev/null; }
back() {
  code=$?
  trap - EXIT
  [ "$code" = 0 ] || sql <<'SQL'
ALTER DATABASE :"db" ALLOW_CONNECTIONS true;
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
SQL
  exit "$code"
}
trap back EXIT
trap 'exit 1' HUP INT TERM PIPE
sql <<'SQL'
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
CREATE DATABASE :"fresh" OWNER :"role";
ALTER DATABASE :"db" ALLOW_CONNECTIONS false;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'db';
SQL
pg_restore --exit-on-error -d "$fresh" >&2
sql <<'SQL'
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:'db', :'fresh');
BEGIN;
ALTER DATABASE :"db" RENAME TO :"old";
ALTER DATABASE :"fresh" RENAME TO :"db";
ALTER DATABASE :"old" ALLOW_CONNECTIONS true;
COMMIT;
SQL
`;

/** Whether a backup's file is there, and as it was written. @returns what is wrong with it */
export async function flawOf({
  id,
  folder,
  size,
  sha256,
}: SchemaBackup): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path.join(folder, `${id}.dump`))) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
  if (bytes === size && hash.digest("hex") === sha256) return undefined;
  return "is not what was written: its checksum differs";
}

/**
 * Puts a copy in a database's place. Nobody can write from the beginning on; the database as it was stays under the name
 * that is returned.
 */
export async function restore(
  { server, name, role }: TaskDatabase,
  { id, folder }: SchemaBackup,
): Promise<string> {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const old = `${name.slice(0, 36)}_before_${stamp}`;
  const fresh = `${name.slice(0, 36)}_restored_${stamp}`;
  const exec = await ask(`run pg_restore in container "${server}"`, () =>
    docker()
      .getContainer(server)
      .exec({
        Cmd: ["sh", "-c", RESTORE, name, role, fresh, old],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      }),
  );
  const stream = await ask("attach to pg_restore", () => exec.start({ hijack: true, stdin: true }));
  let said = "";
  const reading = (async () => {
    for await (const { data } of framesOf(stream)) said = `${said}${data.toString()}`.slice(-2000);
  })();
  // A script that fails stops reading: what it said is worth more than that.
  const writing = pipeline(createReadStream(path.join(folder, `${id}.dump`)), stream, {
    end: true,
  }).catch(() => undefined);
  await reading;
  stream.destroy();
  await writing;
  const { ExitCode: code } = await ask("read the exit code of pg_restore", () => exec.inspect());
  if (code === 0) return old;
  throw new Error(
    `backup ${id} could not be restored, and the database is as it was: ${said.trim() || `exit code ${String(code)}`}`,
  );
}
