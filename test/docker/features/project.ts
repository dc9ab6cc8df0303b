import * as fs from "node:fs";
import * as path from "node:path";
import Docker from "dockerode";
import { dump, load } from "js-yaml";
import { Deployer } from "../../../automation";
import type { DeployerOptions } from "../../../automation";
import { testToolchain } from "../../engine/automation/support";
import { ROOT } from "../../support/program";
import { docker } from "../stack/harness";
import { projectFiles } from "../program";

const BASE_IMAGE = "python:3.11-slim-bookworm";

/** Tells its features; /slow takes two seconds. It ends when what is under way has ended. */
const SERVER = `
import http.server, json, os, signal, threading, time
if os.environ.get("MODE") == "crash": raise SystemExit("cannot start")
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/slow": time.sleep(2)
        told = {key: value for key, value in os.environ.items() if key.startswith("FEATURE_") or key == "THEME"}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
server = Server(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
server.serve_forever()
`;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const environment = new landfall.Environment("shop", {
  features: config.getObject<Record<string, boolean>>("features") ?? {},
  docker: { publicPorts: [port] },
});
const db = new landfall.ManagedPostgres("db", { environment, memory: "128MB", deletionProtection: false });
const common = {
  environment,
  image: { ref: config.require("image") },
  command: ["python3", "-c", config.require("server")],
  port: 8000,
  drain: "5s" as const,
  health: { path: "/health", readiness: { path: "/ready", deadline: "8s" as const } },
};
const api = new landfall.ApiService("api", {
  ...common,
  links: [db],
  replicas: config.getNumber("replicas") ?? 1,
  features: {
    "new-theme": { env: { THEME: "new" } },
    broken: { env: { MODE: "crash" } },
  },
  exposure: { public: { port } },
});
const worker = new landfall.ApiService("worker", {
  ...common,
  features: { search: { enables: true, default: true } },
});
// Whatever is looked at is beyond these.
const thresholds = { p95: "1ms", freeStorage: "1024GB", memoryPercent: 99, cpuPercent: 99 } as const;
const watch = new landfall.Alarms("watch", { environment, services: [api], databases: [db], thresholds });
export const alarms = watch.status;
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const services = pulumi.output({ api: api.status, worker: worker.status });
`;

/** A project of a public service, an internal one and a database, with features. */
export class FeatureProject {
  private readonly options: DeployerOptions;
  readonly url: string;
  readonly dir: string;
  readonly stack = "dev";
  readonly database: string;

  constructor(
    readonly name: string,
    private readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.database = `${name}-dev-db`;
    this.dir = path.join(ROOT, ".landfall", "tmp", name);
    fs.rmSync(this.dir, { recursive: true, force: true });
    fs.mkdirSync(path.join(this.dir, "state"), { recursive: true });
    for (const [file, text] of Object.entries(projectFiles(name, PROGRAM))) this.write(file, text);
    this.options = {
      projectDir: this.dir,
      env: {
        PULUMI_BACKEND_URL: `file://${path.join(this.dir, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
    };
  }

  /** Works with the checkout's own engine. */
  async deployer(): Promise<Deployer> {
    return new Deployer({ ...this.options, toolchain: await testToolchain() });
  }

  get configFile(): string {
    return path.join(this.dir, `Pulumi.${this.stack}.yaml`);
  }

  /** Writes the stack's file anew, under a comment. */
  async configure(more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { Id: image } = await new Docker().getImage(BASE_IMAGE).inspect();
    const values = { port: String(this.port), image, server: SERVER, ...more };
    const entries = Object.entries(values).map(([key, value]) => [`${this.name}:${key}`, value]);
    this.write(
      `Pulumi.${this.stack}.yaml`,
      `# the owner's own words\n${dump({ config: Object.fromEntries(entries) as object })}`,
    );
  }

  /** A key of the stack's file as it is now. */
  configured(key: string): unknown {
    const { config } = load(fs.readFileSync(this.configFile, "utf8")) as {
      config: Record<string, unknown>;
    };
    return config[key];
  }

  /** What the service says that it was told. */
  async told(): Promise<Record<string, string>> {
    const response = await fetch(`${this.url}/`);
    return (await response.json()) as Record<string, string>;
  }

  /** Names of a service's containers. */
  async containers(service: string): Promise<string[]> {
    const filters = [`project=${this.name}`, "role=service", `service=${service}`];
    const options = filters.flatMap((filter) => ["--filter", `label=landfall.${filter}`]);
    const list = await docker("ps", ...options, "--format", "{{.Names}}");
    return list.split("\n").filter((line) => line !== "");
  }

  async remove(): Promise<void> {
    const deployer = await this.deployer();
    await deployer.destroy({ stack: this.stack, includeProtected: true, remove: true });
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  private write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.dir, file), text);
  }
}
