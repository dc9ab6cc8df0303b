/**
 * How a copy takes the place of a database, for a shell that is logged in as whoever may create databases: the superuser, or the
 * master user of a managed server. Its arguments are the database, its role and a stamp of 14 digits, `$0` to `$2`.
 *
 * The database stays open until the copy beside it is complete, and whoever is to put the code back as well still lives:
 * whatever is killed, and whenever, leaves it as it was. Of a copy that was cut off the script takes away what it can; what is
 * left all the same goes with the next restore.
 */
const NAMES = `set -eu
db=$0 role=$1 stamp=$2
short=$(printf %.36s "$db")
fresh=\${short}_restored_$stamp old=\${short}_before_$stamp leftovers="^\${short}_restored_[0-9]{14}\\$"
export PGOPTIONS="-c client_min_messages=warning"
sql() { psql -X -q -At -d postgres -v ON_ERROR_STOP=1 -v db="$db" -v role="$role" -v fresh="$fresh" -v old="$old" -v leftovers="$leftovers" "$@"; }
`;

/** Makes an empty database beside the one, which what follows fills, and which goes again when that fails. */
export const COPY_BESIDE = `${NAMES}
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
`;

/**
 * Gives the copy the name of the database, and prints the name under which that stays. A rename waits up to five seconds for
 * the last session to end, and new ones wait for it: so sessions are ended, by the databases' ids, until it is through. That
 * loop has an end of its own, as nobody may be there any more to stop it. Who is no superuser may not end a superuser's
 * sessions, nor the server's own.
 */
export const SWAP = `${NAMES}
ids=$(sql <<'SQL'
SELECT string_agg(oid::text, ',') FROM pg_database WHERE datname IN (:'db', :'fresh');
SQL
)
end_sessions() {
  for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    sql -v ids="{$ids}" <<'SQL' || exit 0
SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_roles me ON me.rolname = current_user
  LEFT JOIN pg_roles r ON r.oid = a.usesysid WHERE a.datid = ANY (:'ids'::oid[]) AND (me.rolsuper OR NOT r.rolsuper);
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
[ "$renamed" != 0 ] || { printf '%s\\n' "$old"; exit 0; }
sql >/dev/null <<'SQL'
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
SQL
exit "$renamed"
`;
