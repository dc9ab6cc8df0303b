import { COPY_BESIDE } from "../../../../components/restoreScripts";

/**
 * Fills the copy from the database of the same name on another server, `$3`, for a shell that is logged in as RDS's master
 * user. That is no superuser: what belongs to the server itself, the schema `public`, stays as the new database has it, and
 * rights on it that the master user may not give are told and left. Data come before indexes and keys, over a pipe, so that no
 * disk has to hold them. `$4` takes back that the database was read-only, which its copy would hold by ids that it has not.
 * The last line names the copy, and says by `$5` whether the database is read-only now.
 */
export const COPY_FROM = `${COPY_BESIDE}set -o pipefail
from=$3 reopen=$4 closed=$5
beside() { PGHOST=$from "$@"; }
files=$(mktemp -d) tries=0
until beside psql -X -q -At -c 'SELECT 1' >/dev/null 2>"$files/said"; do
  tries=$((tries + 1))
  if [ "$tries" = 60 ]; then cat "$files/said" >&2; exit 1; fi
  sleep 5
done
beside psql -X -q -v ON_ERROR_STOP=1 -c "$reopen" >/dev/null
beside pg_dump -Fc --section=pre-data --section=post-data -f "$files/schema"
pg_restore -l "$files/schema" >"$files/all"
public=' (SCHEMA|ACL|COMMENT) - (SCHEMA )?public '
grep -Ev "$public" "$files/all" >"$files/own" || true
grep -E "$public" "$files/all" >"$files/public" || true
pg_restore --exit-on-error --section=pre-data -L "$files/own" -d "$fresh" "$files/schema"
beside pg_dump -Fc -Z0 --section=data | pg_restore --exit-on-error -d "$fresh"
pg_restore --exit-on-error --section=post-data -L "$files/own" -d "$fresh" "$files/schema"
pg_restore -L "$files/public" -d "$fresh" "$files/schema" || echo "rights on schema public may differ" >&2
psql -X -q -d "$fresh" -c ANALYZE || true
echo "$fresh $(psql -X -q -At -c "$closed")"
`;

/** A command that runs a script with the task's own database as its first argument. */
export function onDatabase(script: string, ...args: readonly string[]): string[] {
  return ["bash", "-c", 'exec bash -c "$0" "$PGDATABASE" "$@"', script, ...args];
}
