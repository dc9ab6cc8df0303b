/**
 * How a database of RDS is made read-only. Its master user is no superuser: it cannot change the catalogue as on
 * Docker, but it can revoke, as the owner of each relation, every right to write, the owner's own included, and have an
 * event trigger refuse the services' role what would bring it back (GRANT, ALTER, CREATE, DROP). What was there is kept
 * in a schema of its own and granted again, right by right.
 */
const schema = "landfall_read_only";

const rights = "'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'USAGE'";

/** Relations, with the rights to write that they give; those of a sequence are USAGE and UPDATE. */
const writers = `SELECT c.oid AS relation, c.relkind AS kind, c.relowner AS owner, a.grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname NOT IN ('information_schema', '${schema}') AND a.privilege_type IN (${rights})
    AND a.grantee <> current_user::regrole::oid`;

/** Takes the rights of a role and of everyone else but the master user. Run again it takes those that have come since. */
export function close(role: string): string {
  return `SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE IF NOT EXISTS ${schema}.kept (relation oid, kind "char", owner oid, grantee oid, privilege text, grantable bool,
  PRIMARY KEY (relation, grantee, privilege));
CREATE OR REPLACE FUNCTION ${schema}.refuse() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF session_user = ${literal(role)} THEN
    RAISE EXCEPTION 'the database is read-only: % is refused', tg_tag
      USING ERRCODE = 'read_only_sql_transaction', HINT = 'landfall read-only off';
  END IF;
END $$;
DO $$
DECLARE r record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = '${schema}') THEN
    CREATE EVENT TRIGGER ${schema} ON ddl_command_start EXECUTE FUNCTION ${schema}.refuse();
  END IF;
  FOR r IN ${writers} LOOP
    INSERT INTO ${schema}.kept VALUES (r.relation, r.kind, r.owner, r.grantee, r.privilege, r.grantable) ON CONFLICT DO NOTHING;
    EXECUTE format('SET LOCAL ROLE %s', r.owner::regrole);
    EXECUTE format('REVOKE %s ON %s %s FROM %s CASCADE', r.privilege, CASE r.kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
      r.relation::regclass, CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END);
    RESET ROLE;
  END LOOP;
END $$;`;
}

/** Ends sessions that have written and go on, after two seconds, and tells how many. */
export const endWriters = `SELECT pg_sleep(2); SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL AND usename <> current_user`;

/** Grants everything again, and forgets that it was taken. */
export const open = `SET client_min_messages = warning;
DROP EVENT TRIGGER IF EXISTS ${schema};
DO $$
DECLARE r record;
BEGIN
  IF to_regclass('${schema}.kept') IS NULL THEN RETURN; END IF;
  FOR r IN SELECT * FROM ${schema}.kept k WHERE EXISTS (SELECT FROM pg_class c WHERE c.oid = k.relation)
    AND (k.grantee = 0 OR EXISTS (SELECT FROM pg_roles g WHERE g.oid = k.grantee)) LOOP
    EXECUTE format('SET LOCAL ROLE %s', r.owner::regrole);
    EXECUTE format('GRANT %s ON %s %s TO %s%s', r.privilege, CASE r.kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
      r.relation::regclass, CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END,
      CASE WHEN r.grantable AND r.grantee <> r.owner THEN ' WITH GRANT OPTION' ELSE '' END);
    RESET ROLE;
  END LOOP;
END $$;
DROP SCHEMA IF EXISTS ${schema} CASCADE;`;

/** `t` or `f`. */
export const isClosed = `SELECT to_regnamespace('${schema}') IS NOT NULL`;

/** Relations that a role may write. */
export function writable(role: string): string {
  return `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname NOT IN ('information_schema', '${schema}') AND has_schema_privilege(${literal(role)}, n.oid, 'USAGE')
    AND has_table_privilege(${literal(role)}, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')`;
}

function literal(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
