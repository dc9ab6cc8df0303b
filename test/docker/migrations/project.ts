import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { dump } from "js-yaml";
import { Deployer } from "../../../automation";
import { ensureToolchain } from "../../../toolchain/setup";
import { ROOT } from "../../support/program";
import { docker } from "../stack/harness";
import { projectFiles } from "../program";

const SERVER = `
const http = require("http"), fs = require("fs");
const version = fs.readFileSync("/app/version.txt", "utf8");
http.createServer((q, s) => { s.statusCode = version.endsWith("bad") ? 503 : 200; s.end(version); }).listen(3000);
process.on("SIGTERM", () => process.exit(0));
`;

const PROGRAM = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
// The tree decides, as in a real project: a rollback runs this program beside newer files.
const folder = fs.readFileSync("current", "utf8");
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port] } });
const db = new landfall.ManagedPostgres("db", { environment, deletionProtection: false, memory: "256MB" });
const image = { name: "api", build: { context: folder } };
const migration = new landfall.MigrationJob("migrate", {
  environment,
  image,
  migrations: folder + "/migrations",
  command: ["node", "migrate.js"],
  downCommand: ["node", "migrate.js", "--down-to"],
  links: [db],
});
const api = new landfall.ApiService("api", {
  environment,
  image,
  command: ["node", "-e", config.require("server")],
  links: [db],
  drain: "1s",
  health: { path: "/", readiness: { path: "/", deadline: "15s" } },
  exposure: { public: { port } },
}, { dependsOn: migration });
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const migrationHead = migration.head;
export const migrations = { migrate: migration.status };
export const services = pulumi.output({ api: api.status });
`;

/** A service with a database, whose working tree is one of several versions. */
export class MigrationsProject {
  private sdk: Deployer | undefined;
  readonly dir: string;
  readonly stack = "dev";
  readonly server: string;
  protected readonly program: string = PROGRAM;
  protected readonly serverSource: string = SERVER;

  constructor(
    readonly name: string,
    private readonly port: number,
  ) {
    this.dir = path.join(ROOT, ".landfall", "tmp", name);
    this.server = `${name}-dev-db`;
  }

  /** The SDK with the checkout's own engine. */
  async open(): Promise<void> {
    this.sdk = new Deployer({
      projectDir: this.dir,
      toolchain: await ensureToolchain({ root: ROOT }),
      env: {
        PULUMI_BACKEND_URL: `file://${path.join(this.dir, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
    });
  }

  get deployer(): Deployer {
    assert.ok(this.sdk, "open() comes first");
    return this.sdk;
  }

  write(): void {
    fs.mkdirSync(path.join(this.dir, "state"), { recursive: true });
    for (const [file, text] of Object.entries(projectFiles(this.name, this.program)))
      this.file(file, text);
    const config = { [`${this.name}:port`]: this.port, [`${this.name}:server`]: this.serverSource };
    this.file("Pulumi.dev.yaml", dump({ config }));
  }

  /** Makes a version of the working tree: the API's own migration runner, with other migrations. */
  version(name: string, migrations: Readonly<Record<string, string>>): void {
    const from = path.join(ROOT, "apps", "api");
    const parts = [".npmrc", "package.json", "package-lock.json", "bundle.js", "migrate.js", "src"];
    for (const part of parts)
      fs.cpSync(path.join(from, part), path.join(this.dir, name, part), { recursive: true });
    this.file(path.join(name, "version.txt"), name);
    const extended = { Dockerfile: "COPY version.txt ./", ".dockerignore": "!version.txt" };
    for (const [part, line] of Object.entries(extended))
      this.file(
        path.join(name, part),
        `${fs.readFileSync(path.join(from, part), "utf8")}${line}\n`,
      );
    for (const [file, sql] of Object.entries(migrations))
      this.file(path.join(name, "migrations", file), sql);
  }

  async up(version: string) {
    this.file("current", version);
    return this.deployer.up({ stack: this.stack });
  }

  /** The version that answers through the router. */
  async serving(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.port}/`)).text();
  }

  /** Rows of a query, as the superuser. */
  async rows(sql: string, database = "app"): Promise<string[]> {
    const psql = `PGPASSWORD="$POSTGRES_PASSWORD" psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres -d "$0" -c "$1"`;
    const text = await docker("exec", this.server, "sh", "-c", psql, database, sql);
    return text.split("\n").filter((line) => line !== "");
  }

  async head(): Promise<string> {
    const [head = ""] = await this.rows("SELECT max(version) FROM schema_migrations");
    return head;
  }

  get backups(): string {
    return path.join(this.dir, ".landfall", "backups", this.name, this.stack);
  }

  /** Takes away what this run or one that was killed has left. */
  async remove(): Promise<void> {
    if (fs.existsSync(path.join(this.dir, "Pulumi.yaml"))) {
      const all = { stack: this.stack, includeProtected: true, remove: true };
      await this.deployer.destroy(all).result.catch((error: unknown) => {
        if ((error as { code?: string }).code !== "stack_not_found") throw error;
      });
    }
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  protected file(name: string, text: string): void {
    const file = path.join(this.dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
