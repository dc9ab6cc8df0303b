/**
 * How a database is made read-only. A setting such as `default_transaction_read_only` does not hold: every session may
 * set it back. Rights do: each right to write is taken out of the catalogue, the owner's own included, so that open
 * sessions lose it as well, at their next statement. What an owner could do to get it back (grant, alter, create, drop)
 * is data definition, which an event trigger refuses; commands on databases fire none, so the database gets another
 * owner meanwhile. What was there is kept in a schema of its own, and put back as it was.
 */
export const schema = "landfall_read_only";

/** Time in which transactions that have written may end by themselves. */
const grace = "2 seconds";

/** First: no more data definition, so that nothing appears beside what is looked at afterwards. */
export const close = `
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS ${schema};
REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC;
CREATE TABLE IF NOT EXISTS ${schema}.kept (
  catalogue text, object oid, part int DEFAULT 0, acl aclitem[], owner name,
  PRIMARY KEY (catalogue, object, part));
CREATE OR REPLACE FUNCTION ${schema}.refuse() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT NOT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user) THEN
    RAISE EXCEPTION 'the database is read-only: % is refused', tg_tag
      USING ERRCODE = 'read_only_sql_transaction', HINT = 'landfall read-only off';
  END IF;
END $$;
DO $$
DECLARE lost name := (SELECT r.rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
  WHERE d.datname = current_database() AND NOT r.rolsuper);
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = '${schema}') THEN
    CREATE EVENT TRIGGER ${schema} ON ddl_command_start EXECUTE FUNCTION ${schema}.refuse();
  END IF;
  ALTER EVENT TRIGGER ${schema} ENABLE ALWAYS;
  IF lost IS NULL THEN RETURN; END IF;
  INSERT INTO ${schema}.kept SELECT 'pg_database', oid, 0, datacl, lost FROM pg_database
    WHERE datname = current_database() ON CONFLICT DO NOTHING;
  -- Who owns the database owns such schemas too, and would lose the right to look into them.
  INSERT INTO ${schema}.kept SELECT 'pg_namespace', oid, 0, nspacl FROM pg_namespace
    WHERE nspowner = 'pg_database_owner'::regrole ON CONFLICT DO NOTHING;
  UPDATE pg_namespace SET nspacl = coalesce(nspacl, acldefault('n', nspowner))
      || makeaclitem(lost::regrole, nspowner, 'USAGE', false)
    WHERE nspowner = 'pg_database_owner'::regrole;
  EXECUTE format('ALTER DATABASE %I OWNER TO CURRENT_USER', current_database());
END $$;
CREATE OR REPLACE FUNCTION ${schema}.writers(since timestamptz) RETURNS SETOF int LANGUAGE sql AS $$
  SELECT a.pid FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
  WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND NOT r.rolsuper
    AND a.xact_start <= since AND (a.backend_xid IS NOT NULL OR EXISTS (SELECT FROM pg_locks l
      WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.mode IN
        ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))) $$;
CREATE OR REPLACE FUNCTION ${schema}.end_writers() RETURNS int LANGUAGE plpgsql AS $$
DECLARE since timestamptz := clock_timestamp(); ended int[] := '{}'; found int[];
BEGIN
  LOOP
    PERFORM pg_stat_clear_snapshot();
    found := ARRAY(SELECT ${schema}.writers(since));
    IF found = '{}' THEN RETURN (SELECT count(DISTINCT pid) FROM unnest(ended) AS pid); END IF;
    IF clock_timestamp() > since + interval '30 seconds' THEN
      RAISE EXCEPTION 'sessions % write on, and could not be ended', found;
    END IF;
    IF clock_timestamp() > since + interval '${grace}' THEN
      PERFORM pg_terminate_backend(pid) FROM unnest(found) AS pid;
      ended := ended || found;
    END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$;`;

/** Ends the transactions that write, and tells how many sessions had to be ended for it. */
export const endWriters = `SELECT ${schema}.end_writers()`;

const lostRights = "ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']";

/** Functions that write large objects, which no right on a relation guards. */
const largeObjectWriters =
  "ARRAY['lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lo_truncate', 'lo_truncate64', 'lo_unlink', 'lowrite']";

/** Second: takes the rights of everyone but superusers. Run again it takes those that have been given since. */
export const revoke = `
CREATE OR REPLACE FUNCTION ${schema}.reduced(list aclitem[], lost text[]) RETURNS aclitem[] LANGUAGE sql AS $$
  SELECT coalesce(array_agg(makeaclitem(grantee, grantor, privilege_type, is_grantable)),
    -- A list must not be empty; the superuser needs no right, so that this gives none.
    ARRAY[makeaclitem(10, 10, 'SELECT', false)])
  FROM aclexplode(list) WHERE privilege_type <> ALL (lost) $$;
CREATE OR REPLACE VIEW ${schema}.relations AS SELECT c.oid, c.relkind, c.relowner, c.relacl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname NOT IN ('information_schema', '${schema}');
INSERT INTO ${schema}.kept SELECT 'pg_class', oid, 0, relacl FROM ${schema}.relations ON CONFLICT DO NOTHING;
UPDATE pg_class c SET relacl = CASE c.relkind
    WHEN 'S' THEN ${schema}.reduced(coalesce(c.relacl, acldefault('s', c.relowner)), ARRAY['USAGE', 'UPDATE'])
    ELSE ${schema}.reduced(coalesce(c.relacl, acldefault('r', c.relowner)), ${lostRights}) END
  FROM ${schema}.relations own WHERE own.oid = c.oid;
INSERT INTO ${schema}.kept SELECT 'pg_attribute', attrelid, attnum, attacl FROM pg_attribute
  JOIN ${schema}.relations own ON own.oid = attrelid WHERE attacl IS NOT NULL ON CONFLICT DO NOTHING;
UPDATE pg_attribute SET attacl = ${schema}.reduced(attacl, ${lostRights})
  FROM ${schema}.relations own WHERE own.oid = attrelid AND attacl IS NOT NULL;
INSERT INTO ${schema}.kept SELECT 'pg_proc', oid, 0, proacl FROM pg_proc
  WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (${largeObjectWriters}) ON CONFLICT DO NOTHING;
UPDATE pg_proc SET proacl = ARRAY[makeaclitem(proowner, proowner, 'EXECUTE', false)]
  WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (${largeObjectWriters});`;

/** Puts everything back as it was. */
export const open = `
SET client_min_messages = warning;
DO $$
DECLARE lost name;
BEGIN
  IF to_regnamespace('${schema}') IS NULL THEN RETURN; END IF;
  UPDATE pg_class SET relacl = acl FROM ${schema}.kept WHERE catalogue = 'pg_class' AND object = oid;
  UPDATE pg_attribute SET attacl = acl FROM ${schema}.kept
    WHERE catalogue = 'pg_attribute' AND object = attrelid AND part = attnum;
  UPDATE pg_proc SET proacl = acl FROM ${schema}.kept WHERE catalogue = 'pg_proc' AND object = oid;
  UPDATE pg_namespace SET nspacl = acl FROM ${schema}.kept WHERE catalogue = 'pg_namespace' AND object = oid;
  SELECT owner INTO lost FROM ${schema}.kept WHERE catalogue = 'pg_database';
  IF lost IS NOT NULL THEN
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), lost);
    UPDATE pg_database SET datacl = acl FROM ${schema}.kept WHERE catalogue = 'pg_database' AND object = oid;
  END IF;
  DROP EVENT TRIGGER IF EXISTS ${schema};
  DROP SCHEMA ${schema} CASCADE;
END $$;`;

/** `t` or `f`. */
export const isClosed = `SELECT to_regnamespace('${schema}') IS NOT NULL`;

/** Relations that the session's role may write. */
export const writable = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')`;

/** What a client does that wants to write all the same; leaves nothing behind. */
export const attempt = `SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; CREATE TABLE landfall_write_attempt (); DROP TABLE landfall_write_attempt;`;
