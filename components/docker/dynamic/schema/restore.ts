import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { ReadStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { SchemaBackup } from "../../../migrations/status";
import { ask, docker } from "../client";
import { run } from "../exec";
import type { TaskDatabase } from "../types";
import { framesOf } from "./frames";

// The database stays open until the copy beside it is complete, and this process, which is to put the code back as well,
// still lives: whatever is killed, and whenever, leaves it as it was. Of a copy that was cut off the script takes away
// what it can; what is left all the same goes with the next restore.
const CONNECT = `set -eu
db=$0 role=$1 fresh=$2 old=$3 leftovers=$4
export PGPASSWORD="$POSTGRES_PASSWORD" PGHOST=127.0.0.1 PGUSER=postgres PGOPTIONS="-c client_min_messages=warning"
sql() { psql -X -q -At -d postgres -v ON_ERROR_STOP=1 -v db="$db" -v role="$role" -v fresh="$fresh" -v old="$old" -v leftovers="$leftovers" "$@"; }
`;
const COPY = `${CONNECT}
back() {
  code=$?
  trap - EXIT
  [ "$code" = 0 ] || sql >/dev/null <<'SQL'
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
SQL
  exit "$code"
}
trap back EXIT
trap 'exit 1' HUP INT TERM PIPE
sql >/dev/null <<'SQL'
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname ~ :'leftovers' \\gexec
CREATE DATABASE :"fresh" OWNER :"role";
SQL
pg_restore --exit-on-error -d "$fresh" >&2
`;
// A rename waits up to five seconds for the last session to end, and new ones wait for it: so sessions are ended, by the
// databases' ids, until it is through. That loop has an end of its own, as nobody may be there any more to stop it.
const SWAP = `${CONNECT}
ids=$(sql <<'SQL'
SELECT string_agg(oid::text, ',') FROM pg_database WHERE datname IN (:'db', :'fresh');
SQL
)
end_sessions() {
  for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    sql -v ids="{$ids}" <<'SQL' || exit 0
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = ANY (:'ids'::oid[]);
SQL
    sleep 0.2
  done
}
end_sessions >/dev/null 2>&1 &
sql >/dev/null <<'SQL' && renamed=0 || renamed=$?
BEGIN;
ALTER DATABASE :"db" RENAME TO :"old";
ALTER DATABASE :"fresh" RENAME TO :"db";
COMMIT;
SQL
kill $! 2>/dev/null || true
wait
[ "$renamed" = 0 ] || sql >/dev/null <<'SQL'
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
SQL
exit "$renamed"
`;
const SWAP_MS = 60_000;

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
 * Puts a copy in a database's place. Until then the database takes reads and writes; with them, as it was, it stays under
 * the name that is returned.
 */
export async function restore(
  { server, name, role }: TaskDatabase,
  { id, folder }: SchemaBackup,
): Promise<string> {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const short = name.slice(0, 36);
  const old = `${short}_before_${stamp}`;
  const fresh = `${short}_restored_${stamp}`;
  const leftovers = `^${short}_restored_[0-9]{14}$`;
  const names = [name, role, fresh, old, leftovers];
  const copied = await piped(
    server,
    ["sh", "-c", COPY, ...names],
    createReadStream(path.join(folder, `${id}.dump`)),
  );
  const { exitCode, said } =
    copied.exitCode === 0 ? await swapped(server, ["sh", "-c", SWAP, ...names]) : copied;
  if (exitCode === 0) return old;
  throw new Error(
    `backup ${id} could not be restored, and the database is as it was: ${said.trim() || `exit code ${String(exitCode)}`}`,
  );
}

interface Ended {
  exitCode: number | null;
  said: string;
}

async function swapped(server: string, command: string[]): Promise<Ended> {
  const { exitCode, output, errorOutput } = await run(server, command, SWAP_MS);
  return { exitCode, said: errorOutput.trim() || output };
}

/** Runs a command with a file as its input. */
async function piped(server: string, command: string[], input: ReadStream): Promise<Ended> {
  const exec = await ask(`run pg_restore in container "${server}"`, () =>
    docker()
      .getContainer(server)
      .exec({ Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true }),
  );
  const stream = await ask("attach to pg_restore", () => exec.start({ hijack: true, stdin: true }));
  let said = "";
  const reading = (async () => {
    for await (const { data } of framesOf(stream)) said = `${said}${data.toString()}`.slice(-2000);
  })();
  // A script that fails stops reading: what it said is worth more than that.
  const writing = pipeline(input, stream, { end: true }).catch(() => undefined);
  await reading;
  stream.destroy();
  await writing;
  const { ExitCode: exitCode } = await ask("read the exit code of pg_restore", () =>
    exec.inspect(),
  );
  return { exitCode, said };
}
