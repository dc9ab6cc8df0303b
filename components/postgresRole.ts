/**
 * What makes sure of the role and the database that services use, for psql as whoever may create both: the superuser, or
 * the master user that a managed server has in its place. It can run at any time and any number of times. Names and the
 * password come in as variables of the environment, and psql quotes them.
 */
export const ASSERT_ROLE = `\\set role \`printf %s "$LANDFALL_ROLE"\`
\\set database \`printf %s "$LANDFALL_DATABASE"\`
\\set password \`printf %s "$LANDFALL_PASSWORD"\`
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', :'role', :'password') \\gexec
-- Who is no superuser can give a database only to a role that it is a member of.
SELECT format('GRANT %I TO CURRENT_USER', :'role') WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \\gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
`;

/** psql without anybody's own settings, that ends with the first statement that fails. */
export const PSQL = "psql -X -q -v ON_ERROR_STOP=1";

/** A database's client of a major version, from Debian: the image's psql and pg_dump are the server's own. */
export function postgresImage(version: string): string {
  return `postgres:${version}-bookworm`;
}
