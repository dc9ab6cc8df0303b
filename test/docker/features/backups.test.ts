import * as assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import execa from "execa";

import type { Deployer } from "../../../automation";
import { LandfallError } from "../../../automation/errors";
import * as rds from "../../../automation/platforms/aws/readOnlySql";
import { PORTS } from "../addresses";
import { removeProject } from "../stack/harness";
import { FeatureProject } from "./project";

describe("a database that is copied", () => {
  const project = new FeatureProject("lfbackups", PORTS.backups);
  const { stack } = project;
  let deployer: Deployer;

  const psql = async (user: "app" | "postgres", ...statements: string[]) => {
    const password = user === "app" ? "$LANDFALL_PASSWORD" : "$POSTGRES_PASSWORD";
    const script = `PGPASSWORD="${password}" exec psql -X -q -A -t -h 127.0.0.1 -U ${user} -d app -v ON_ERROR_STOP=1 "$@"`;
    const args = statements.flatMap((statement) => ["-c", statement]);
    const command = ["exec", project.database, "sh", "-c", script, "psql", ...args];
    const { exitCode, stdout, stderr } = await execa("docker", command, { reject: false });
    return { exitCode, output: stdout.trim(), errorOutput: stderr };
  };
  const ask = async (user: "app" | "postgres", ...statements: string[]): Promise<string> => {
    const { exitCode, output, errorOutput } = await psql(user, ...statements);
    assert.equal(exitCode, 0, errorOutput);
    return output;
  };
  const rows = (): Promise<string> =>
    ask("app", "SELECT string_agg(n::text, ',' ORDER BY n) FROM item");

  before(async () => {
    await removeProject(project.name);
    deployer = await project.deployer();
    await project.configure();
    const { verdict, error } = await deployer.up({ stack });
    assert.equal(verdict, "deployed", JSON.stringify(error));
    await ask("app", "CREATE TABLE item (n int); INSERT INTO item VALUES (1)");
  });

  after(() => project.remove());

  it("comes back as it was, and what it was before stays", async () => {
    const { taken, database } = await deployer.backup({ stack });
    assert.equal(database, "db");
    const id = taken?.id ?? assert.fail();
    await ask("app", "INSERT INTO item VALUES (2)");
    await assert.rejects(
      Promise.resolve(deployer.restore({ stack, backup: id })),
      (error) => error instanceof LandfallError && error.exitCode === 6,
    );
    assert.equal(await rows(), "1,2");
    const { kept } = await deployer.restore({ stack, backup: id, allowDataLoss: ["db"] });
    assert.equal(await rows(), "1");
    const names = await ask("postgres", "SELECT string_agg(datname, ',') FROM pg_database");
    assert.ok(names.split(",").includes(kept));
    assert.deepEqual(
      (await deployer.backup({ stack, list: true })).backups.map((each) => each.id),
      [id],
    );
    const { verdict } = await deployer.up({ stack });
    assert.equal(verdict, "unchanged");
  });

  it("refuses a copy that is not what was written, and one that is not there", async () => {
    const { taken } = await deployer.backup({ stack });
    const { id, place } = taken ?? assert.fail();
    assert.ok(readdirSync(place).includes(`${id}.dump`));
    writeFileSync(join(place, `${id}.dump`), "rubbish");
    const restoring = (backup: string): Promise<unknown> =>
      Promise.resolve(deployer.restore({ stack, backup, allowDataLoss: ["db"] }));
    await assert.rejects(restoring(id), /checksum differs: nothing was changed/);
    await assert.rejects(restoring("nothing"), /no backup is called nothing: there are/);
    assert.equal(await rows(), "1");
  });

  /** The statements for RDS, whose master user is stood in for by this server's. */
  it("is made read-only by rights alone, as on RDS, and writable again with the rights that there were", async () => {
    const rights = `SELECT c.oid, a.grantee, a.privilege_type, a.is_grantable FROM pg_class c,
      aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
      WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3`;
    await ask(
      "app",
      "CREATE SEQUENCE ids; CREATE VIEW seen AS SELECT * FROM item; GRANT INSERT ON item TO PUBLIC",
    );
    const before = await ask("postgres", rights);
    assert.equal(await ask("postgres", rds.isClosed), "f");
    for (let time = 0; time < 2; time++) await ask("postgres", rds.close("app"));
    assert.match(await ask("postgres", rds.endWriters), /0$/);
    assert.equal(await ask("postgres", rds.isClosed), "t");
    assert.equal(await ask("postgres", rds.writable("app")), "0");
    for (const statement of [
      ...["INSERT INTO item VALUES (9)", "UPDATE item SET n = 9", "DELETE FROM item"],
      ...["TRUNCATE item", "INSERT INTO seen VALUES (9)", "SELECT nextval('ids')"],
      ...["CREATE TABLE other (n int)", "GRANT ALL ON item TO app", "DROP TABLE item"],
      ...["DROP EVENT TRIGGER landfall_read_only", "DELETE FROM landfall_read_only.kept"],
    ]) {
      const { exitCode, errorOutput } = await psql("app", statement);
      assert.notEqual(exitCode, 0, statement);
      assert.match(errorOutput, /read-only|permission denied|must be owner/);
    }
    assert.equal(await rows(), "1");
    for (let time = 0; time < 2; time++) await ask("postgres", rds.open);
    assert.equal(await ask("postgres", rds.isClosed), "f");
    assert.equal(await ask("postgres", rights), before);
    await ask(
      "app",
      "INSERT INTO item VALUES (3); SELECT nextval('ids'); DELETE FROM item WHERE n = 3",
    );
  });
});
