import { PSQL } from "./postgresRole";

/** Names of a backup's two files: the dump, and how many rows each table had when it was made. */
export const DUMP = "database.dump";
export const COUNTS = "counts.tsv";

/** Rows of every table, one line each, in a fixed order. */
const COUNT_ROWS = `SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename)
  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY schemaname, tablename
\\gexec`;

/**
 * Dumps the database that PGHOST, PGUSER, PGPASSWORD and PGDATABASE name into the current folder. Rows are counted in the very
 * snapshot that is dumped, so that the counts are right while others write.
 */
export const DUMP_SCRIPT = `set -eu
umask 022
rm -f ${DUMP} ${COUNTS}
${PSQL} -A -t <<'SQL'
SET idle_in_transaction_session_timeout = 0;
SET statement_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! pg_dump --format=custom --no-password --snapshot="$SNAPSHOT" --file=${DUMP}.part && mv ${DUMP}.part ${DUMP}
\\o ${COUNTS}
${COUNT_ROWS}
COMMIT;
SQL
if [ ! -s ${DUMP} ]; then echo "backup failed: there is no dump" >&2; exit 1; fi
pg_restore --list ${DUMP} >/dev/null
echo "dumped $(wc -l <${COUNTS}) tables, $(stat -c %s ${DUMP}) bytes"
`;

/**
 * Restores the dump of the current folder into a server of its own, that nobody else can reach and that is gone afterwards,
 * and holds the rows of every table against what was counted. Not as root, which Postgres refuses.
 */
export const DRILL_SCRIPT = `set -eu
files=$PWD
scratch=$(mktemp -d)
stop() { pg_ctl stop --silent --mode=immediate -D "$scratch/data" >/dev/null 2>&1 || true; rm -rf "$scratch"; }
trap stop EXIT
initdb --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync -D "$scratch/data" >"$scratch/log" || { cat "$scratch/log" >&2; exit 1; }
pg_ctl start --silent -D "$scratch/data" -l "$scratch/log" \\
  -o "-c listen_addresses='' -c unix_socket_directories=$scratch -c fsync=off" || { cat "$scratch/log" >&2; exit 1; }
unset PGPORT PGPASSWORD PGSSLMODE
export PGHOST=$scratch PGUSER=postgres PGDATABASE=restored
createdb restored
pg_restore --exit-on-error --no-owner --no-privileges --dbname=restored "$files/${DUMP}"
${PSQL} -A -t >"$scratch/counts" <<'SQL'
${COUNT_ROWS}
SQL
if ! diff "$files/${COUNTS}" "$scratch/counts"; then echo "restore drill failed: rows differ from the dump's" >&2; exit 1; fi
echo "restore drill passed: $(wc -l <"$files/${COUNTS}") tables have the rows that they had"
`;
