import * as path from "node:path";
import { ROOT } from "../../support/program";
import { docker } from "../stack/harness";
import { MigrationsProject } from "./project";

const REQUIREMENTS = `
alembic==1.18.5
psycopg2-binary==2.9.11
SQLAlchemy==2.0.55
`;

const DOCKERFILE = `
FROM python:3.11-slim-bookworm
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --no-compile --disable-pip-version-check --root-user-action ignore -r requirements.txt
COPY . .
`;

const INI = `
[alembic]
script_location = migrations
`;

const ENV = `
import os
from alembic import context
from sqlalchemy import create_engine, pool
engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
`;

const SERVER = `
import http.server, signal, sys
version = open("/app/version.txt", "rb").read()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(version)))
        self.end_headers()
        self.wfile.write(version)
    def log_message(self, *a): pass
signal.signal(signal.SIGTERM, lambda *a: sys.exit(0))
http.server.ThreadingHTTPServer(("0.0.0.0", 3000), Handler).serve_forever()
`;

/** Nothing of it tells how to migrate: what an Alembic folder asks for is the default. */
const PROGRAM = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const folder = fs.readFileSync("current", "utf8");
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port] } });
const db = new landfall.ManagedPostgres("db", { environment, deletionProtection: false, memory: "256MB" });
const image = { name: "api", build: { context: folder } };
const migration = new landfall.MigrationJob("migrate", { environment, image, migrations: folder + "/migrations", links: [db] });
const api = new landfall.ApiService("api", {
  environment,
  image,
  command: ["python3", "-c", config.require("server")],
  port: 3000,
  links: [db],
  drain: "1s",
  health: { path: "/", readiness: { path: "/", deadline: "10s" } },
  exposure: { public: { port } },
}, { dependsOn: migration });
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const migrationHead = migration.head;
export const migrations = { migrate: migration.status };
export const services = pulumi.output({ api: api.status });
`;

/** A service whose migrations are Alembic's, run by Alembic itself. */
export class AlembicProject extends MigrationsProject {
  protected override readonly program = PROGRAM;
  protected override readonly serverSource = SERVER;

  /** Makes a version of the working tree with these revisions, by file name. */
  override version(name: string, revisions: Readonly<Record<string, string>>): void {
    const all = { "requirements.txt": REQUIREMENTS, Dockerfile: DOCKERFILE, "alembic.ini": INI };
    for (const [file, text] of Object.entries(all)) this.file(path.join(name, file), text);
    this.file(path.join(name, "migrations/env.py"), ENV);
    this.file(path.join(name, "version.txt"), name);
    for (const [file, text] of Object.entries(revisions))
      this.file(path.join(name, "migrations/versions", file), text);
  }

  override async head(): Promise<string> {
    return (await this.rows("SELECT version_num FROM alembic_version")).join(" ");
  }

  override async remove(): Promise<void> {
    await super.remove();
    const ids = await docker("images", "-q", `${this.name}-${this.stack}/api`);
    for (const id of new Set(ids.split("\n").filter(Boolean))) await docker("rmi", "-f", id);
  }

  /** Runs Python beside the real Alembic, with a folder of this machine at /folder. */
  async python(code: string, folder: string): Promise<string> {
    const images = await docker("images", "-q", `${this.name}-${this.stack}/api`);
    const [image = "none"] = images.split("\n");
    const mount = `${path.resolve(ROOT, folder)}:/folder:ro`;
    return docker("run", "--rm", "--network", "none", "-v", mount, image, "python3", "-c", code);
  }
}
