import * as assert from "node:assert/strict";
import execa from "execa";
import type { Deployer } from "../../../automation";
import { PORTS } from "../addresses";
import { docker, removeProject } from "../stack/harness";
import { FeatureProject } from "./project";

const OVERRIDE =
  "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; SET transaction_read_only = off;";

/** Every way in which the owner of everything might write all the same. */
const attempts: Record<string, string> = {
  insert: "INSERT INTO item VALUES (9)",
  update: "UPDATE item SET n = 9",
  delete: "DELETE FROM item",
  truncate: "TRUNCATE item",
  copy: "COPY item FROM STDIN",
  "insert into a view": "INSERT INTO seen VALUES (9)",
  "insert of a column": "INSERT INTO item (n) VALUES (9)",
  "write in a function of the owner's": "SELECT add_item()",
  "lock rows": "SELECT * FROM item FOR UPDATE",
  "advance a sequence": "SELECT nextval('ids')",
  "create a table": "CREATE TABLE other (n int)",
  "create a table from a query": "SELECT * INTO other FROM item",
  "grant it to itself": "GRANT ALL ON item TO app",
  "grant it to everyone": "GRANT INSERT ON item TO PUBLIC",
  "take the table over": "ALTER TABLE item OWNER TO app",
  "drop the table": "DROP TABLE item",
  "drop the guard": "DROP EVENT TRIGGER landfall_read_only",
  "disable the guard": "ALTER EVENT TRIGGER landfall_read_only DISABLE",
  "turn triggers off": "SET session_replication_role = replica; CREATE TABLE other (n int)",
  "fool the guard": "SET search_path = pg_temp, public; CREATE TABLE other (n int)",
  "reach the kept rights": "DELETE FROM landfall_read_only.kept",
  "write a large object": "SELECT lo_from_bytea(0, 'x')",
  "refresh a view": "REFRESH MATERIALIZED VIEW stored",
  "rename the database": "ALTER DATABASE app RENAME TO other",
  "own the database": "ALTER DATABASE app OWNER TO app",
};

/** Every access list that there is, and who owns the database. */
const RIGHTS = `SELECT 'c', oid::text, relacl::text FROM pg_class UNION ALL SELECT 'a', attrelid || '.' || attnum, attacl::text
  FROM pg_attribute WHERE attacl IS NOT NULL UNION ALL SELECT 'p', oid::text, proacl::text FROM pg_proc
  UNION ALL SELECT 'n', oid::text, nspacl::text FROM pg_namespace WHERE nspname NOT LIKE 'pg_t%'
  UNION ALL SELECT 'd', datdba::text, datacl::text FROM pg_database UNION ALL SELECT 'e', evtname, '' FROM pg_event_trigger
  UNION ALL SELECT 'r', rolname, rolconfig::text FROM pg_roles ORDER BY 1, 2, 3`;

describe("a database that is read-only", () => {
  const project = new FeatureProject("lfreadonly", PORTS.readOnly);
  const { stack } = project;
  let deployer: Deployer;
  let rights: string;

  const psql = async (user: "app" | "postgres", ...statements: string[]) => {
    const password = user === "app" ? "$LANDFALL_PASSWORD" : "$POSTGRES_PASSWORD";
    const script = `PGPASSWORD="${password}" exec psql -X -q -A -t -h 127.0.0.1 -U ${user} -d app -v ON_ERROR_STOP=1 "$@"`;
    const args = statements.flatMap((statement) => ["-c", statement]);
    const command = ["exec", project.database, "sh", "-c", script, "psql", ...args];
    const { exitCode, stdout, stderr } = await execa("docker", command, { reject: false });
    return { exitCode, output: stdout, errorOutput: stderr };
  };
  const ask = async (user: "app" | "postgres", ...statements: string[]): Promise<string> => {
    const { exitCode, output, errorOutput } = await psql(user, ...statements);
    assert.equal(exitCode, 0, errorOutput);
    return output.trim();
  };
  const refuses = async (...statements: string[]): Promise<void> => {
    const { exitCode, errorOutput } = await psql("app", ...statements);
    assert.notEqual(exitCode, 0, statements.join("; "));
    assert.match(errorOutput, /read-only|permission denied|must be (owner|superuser)/);
  };

  before(async () => {
    await removeProject(project.name);
    deployer = await project.deployer();
    await project.configure();
    const { verdict, error } = await deployer.up({ stack });
    assert.equal(verdict, "deployed", JSON.stringify(error));
    await ask(
      "app",
      `CREATE TABLE item (n int); INSERT INTO item VALUES (1); CREATE SEQUENCE ids; CREATE VIEW seen AS SELECT * FROM item;
       CREATE MATERIALIZED VIEW stored AS SELECT * FROM item; CREATE SCHEMA own; CREATE TABLE own.thing (n int);
       CREATE FUNCTION add_item() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO item VALUES (9)';
       GRANT INSERT (n), SELECT ON item TO PUBLIC`,
    );
    rights = await ask("postgres", RIGHTS);
  });

  after(() => project.remove());

  it("refuses every write of the role, whatever its session sets, and reads go on", async () => {
    const result = await deployer.readOnly({ stack, set: "on" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual([result.database, result.changed], ["db", true]);
    for (const statement of Object.values(attempts)) await refuses(OVERRIDE, statement);
    assert.equal(await ask("app", "SELECT count(*) FROM item"), "1");
    assert.equal(await ask("app", "SELECT count(*) FROM own.thing"), "0");
  });

  it("is shown and recorded, and a second time changes nothing", async () => {
    const { services } = await deployer.status({ stack });
    assert.equal(services.find(({ service }) => service === "db")?.readOnly, true);
    const { releases } = await deployer.history({ stack });
    assert.equal(releases[0]?.kind, "read-only");
    assert.deepEqual(releases[0].switched, { db: true });
    assert.equal((await deployer.readOnly({ stack, set: "on" })).verdict, "unchanged");
    assert.equal((await deployer.history({ stack })).releases.length, releases.length);
  });

  it("outlives an up and a restart of the database", async () => {
    const { verdict, error } = await deployer.up({ stack });
    assert.equal(verdict, "unchanged", JSON.stringify(error));
    await docker("restart", project.database);
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      if ((await psql("app", "SELECT 1")).exitCode === 0) break;
    }
    await refuses(OVERRIDE, attempts["insert"] ?? "");
    assert.equal(await ask("app", "SELECT count(*) FROM item"), "1");
  });

  it("is undone to the last right", async () => {
    const result = await deployer.readOnly({ stack, set: "off" });
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.equal(await ask("postgres", RIGHTS), rights);
    await ask(
      "app",
      "INSERT INTO item VALUES (2)",
      "CREATE TABLE other (n int)",
      "DROP TABLE other",
    );
    assert.equal((await deployer.readOnly({ stack, set: "off" })).verdict, "unchanged");
  });

  it("takes the right from sessions that are open, and ends transactions that have written", async () => {
    const idle = psql(
      "app",
      "SELECT count(*) FROM item",
      "SELECT pg_sleep(6)",
      "INSERT INTO item VALUES (3)",
    );
    const writing = psql("app", "BEGIN; INSERT INTO item VALUES (4); SELECT pg_sleep(20); COMMIT");
    const written =
      "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND usename = 'app'";
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      if ((await ask("postgres", written)) === "1") break;
    }
    const { endedSessions, verdict } = await deployer.readOnly({ stack, set: "on" });
    assert.deepEqual([endedSessions, verdict], [1, "deployed"]);
    assert.match((await idle).errorOutput, /permission denied/);
    assert.match((await writing).errorOutput, /terminating connection/);
    assert.equal(await ask("app", "SELECT count(*) FROM item WHERE n IN (3, 4)"), "0");
    await deployer.readOnly({ stack, set: "off" });
  });

  it("refuses a database that is not there, and names the one that is", async () => {
    await assert.rejects(deployer.readOnly({ stack, set: "on", database: "dv" }).result, {
      code: "usage",
      message: /must be one of db, got dv; did you mean db\?/,
    });
  });
});
