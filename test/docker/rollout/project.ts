import * as fs from "node:fs";
import * as path from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { dump, load } from "js-yaml";
import { Deployer } from "../../../automation";
import type { DeployerOptions } from "../../../automation";
import type { RolloutArgs } from "../../../components";
import { testToolchain } from "../../engine/automation/support";
import { ROOT } from "../../support/program";
import { docker, removeProject } from "../stack/harness";
import { projectFiles } from "../program";

export const BASE_IMAGE = "python:3.11-slim-bookworm";

/** Answers with its version. MODE says what is wrong with it: nothing, 5xx after it got ready, slow answers, no start. */
const SERVER = `
import http.server, os, signal, sys, threading, time
mode, version = os.environ.get("MODE", ""), os.environ["VERSION"]
if mode == "crash": sys.exit("cannot start")
class Server(http.server.ThreadingHTTPServer): request_queue_size = 128
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if mode == "slow": time.sleep(0.25)
        bad = mode == "bad" and self.path != "/ready" or mode == "unready"
        body = ('{"version":"%s","mode":"%s"}' % (version, mode)).encode()
        self.send_response(503 if bad else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
server = Server(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
server.serve_forever()
`;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port] } });
if (config.getBoolean("database"))
  new landfall.ManagedPostgres("db", { environment, memory: "128MB", deletionProtection: false });
const api = new landfall.ApiService("api", {
  environment,
  image: config.get("context")
    ? { build: { context: config.require("context") } }
    : { ref: config.require("image") },
  command: ["python3", "-c", config.require("server")],
  env: { VERSION: config.require("version"), MODE: config.get("mode") ?? "" },
  port: 8000,
  replicas: config.getNumber("replicas") ?? 1,
  drain: "3s",
  health: { path: "/health", readiness: { path: "/ready", deadline: "8s" } },
  exposure: { public: { port } },
  rollout: config.getObject<landfall.RolloutArgs>("rollout") ?? {},
});
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const services = pulumi.output({ api: api.status });
`;

export interface Settings {
  version: string;
  mode?: "bad" | "slow" | "unready" | "crash";
  replicas?: number;
  rollout?: RolloutArgs;
  /** Image id. @default the base image's */
  image?: string;
  /** Dockerfile to build instead, in a folder of its own. */
  dockerfile?: string;
  /** Whether there is a database as well: what holds data is looked after. @default false */
  database?: boolean;
  /** Port of the host. @default the project's */
  port?: number;
  /** How many secrets it is given, for a program that takes any. */
  count?: number;
}

/** A project of one service, whose config says what it is and how it takes over. */
export class RolloutProject {
  /** What the command line is to be given. */
  readonly environment: Record<string, string>;
  private readonly options: DeployerOptions;
  readonly url: string;
  readonly dir: string;
  readonly stack: string = "dev";

  constructor(
    readonly name: string,
    private readonly port: number,
    program = PROGRAM,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.dir = path.join(ROOT, ".landfall", "tmp", name);
    fs.rmSync(this.dir, { recursive: true, force: true });
    fs.mkdirSync(path.join(this.dir, "state"), { recursive: true });
    for (const [file, text] of Object.entries(projectFiles(name, program))) this.write(file, text);
    this.environment = {
      PATH: process.env.PATH ?? "",
      HOME: this.dir,
      PULUMI_BACKEND_URL: `file://${path.join(this.dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    this.options = { projectDir: this.dir, env: this.environment };
    // The command line looks for the engine in the project's folder.
    fs.symlinkSync(path.join(ROOT, ".landfall"), path.join(this.dir, ".landfall"));
  }

  /** Works with the checkout's own engine. */
  async deployer(env: Record<string, string> = {}): Promise<Deployer> {
    const all = { ...this.environment, ...env };
    return new Deployer({ ...this.options, env: all, toolchain: await testToolchain() });
  }

  async configure({ dockerfile, ...settings }: Settings, stack = this.stack): Promise<void> {
    const { Id: image } = await new Docker().getImage(BASE_IMAGE).inspect();
    const context = dockerfile === undefined ? undefined : "image";
    if (dockerfile !== undefined) {
      fs.mkdirSync(path.join(this.dir, "image"), { recursive: true });
      this.write("image/Dockerfile", dockerfile);
    }
    const values = { port: this.port, image, server: SERVER, context, ...settings };
    const entries = Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`${this.name}:${key}`, value]);
    const file = path.join(this.dir, `Pulumi.${stack}.yaml`);
    const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const salt = /^encryptionsalt: .*$/m.exec(before)?.[0] ?? "";
    const config = { ...secretsIn(before), ...(Object.fromEntries(entries) as object) };
    fs.writeFileSync(file, `${salt}\n${dump({ config })}`);
  }

  /** Keeps secrets in the stack's config, by key: later settings leave them. Makes the stack where it is not there. */
  async setSecrets(values: Readonly<Record<string, string>>, stack = this.stack): Promise<void> {
    const { pulumi, env } = await testToolchain();
    const all = { cwd: this.dir, env: { ...this.environment, ...env } };
    const pairs = Object.entries(values).flatMap(([key, value]) => {
      return ["--secret", `${this.name}:${key}=${value}`];
    });
    await execa(pulumi, ["stack", "select", "--create", stack], all);
    await execa(pulumi, ["config", "set-all", "--stack", stack, ...pairs], all);
  }

  async up(settings: Settings, args: { keepFailed?: boolean } = {}) {
    await this.configure(settings);
    return (await this.deployer()).up({ stack: this.stack, ...args });
  }

  /** The version that answers through the router. */
  async version(): Promise<string> {
    const response = await fetch(`${this.url}/`);
    return ((await response.json()) as { version: string }).version;
  }

  /** Names of the service's containers. */
  async containers(): Promise<string[]> {
    const own = ["--filter", `label=landfall.project=${this.name}`];
    const list = await docker(
      "ps",
      ...own,
      "--filter",
      "label=landfall.role=service",
      "--format",
      "{{.Names}}",
    );
    return list
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  }

  /** Takes away what a run that was killed has left: its state is gone, and another owner's objects are not touched. */
  clear(): Promise<void> {
    return removeProject(this.name);
  }

  async remove(): Promise<void> {
    const deployer = await this.deployer();
    await deployer.destroy({ stack: this.stack, includeProtected: true, remove: true });
    // Images are kept for rollbacks.
    const built = `${this.name}-${this.stack}/*`;
    const names = await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", built);
    if (names !== "") await docker("rmi", ...names.split("\n"));
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  private write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.dir, file), text);
  }
}

function secretsIn(text: string): Record<string, unknown> {
  const { config = {} } = (load(text) ?? {}) as { config?: Record<string, unknown> };
  const isSecret = (value: unknown): boolean =>
    typeof value === "object" && value !== null && "secure" in value;
  return Object.fromEntries(Object.entries(config).filter(([, value]) => isSecret(value)));
}
