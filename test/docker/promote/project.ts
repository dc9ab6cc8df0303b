import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import { dump } from "js-yaml";
import { Deployer } from "../../../automation";
import { locateToolchain } from "../../../toolchain/locate";
import { ROOT } from "../../support/program";
import { docker } from "../stack/harness";
import { projectFiles } from "../program";

const BASE_IMAGE = "python:3.11-slim-bookworm";

const SERVER = `
import http.server, os, signal, threading
version = open("/srv/version").read().strip()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = ('{"version":"%s","greeting":"%s"}' % (version, os.environ["GREETING"])).encode()
        self.send_response(503 if version.startswith("bad") and self.path != "/ready" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
server.serve_forever()
`;

const DOCKERFILE = `
FROM ${BASE_IMAGE}
COPY server.py version payload /srv/
CMD ["python3", "/srv/server.py"]
`;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const address = config.get("registry") ?? "";
const registry = address === "" ? undefined : {
  address,
  username: config.get("registryUser"),
  password: config.getSecret("registryPassword"),
};
const bindAddress = config.get("bindAddress") ?? "127.0.0.1";
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port], bindAddress, registry } });
const service = (name: string, exposure: object) => new landfall.ApiService(name, {
  environment,
  image: { name: name + "-image", build: { context: "app" } },
  env: { GREETING: config.get("greeting") ?? "hello", SECRET: config.getSecret("secret") ?? "" },
  port: name === "api" ? 8000 : 8001,
  drain: "3s",
  health: { path: "/health", readiness: { path: "/ready", deadline: "20s" } },
  rollout: config.getObject<landfall.RolloutArgs>("rollout") ?? {},
  ...exposure,
});
const api = service("api", { exposure: { public: { port } } });
const extra = config.getBoolean("extra") ? service("extra", { command: ["python3", "-m", "http.server", "8001"], health: { path: "/" } }) : undefined;
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const services = pulumi.output(extra ? { api: api.status, extra: extra.status } : { api: api.status });
`;

/** A project of one service that is built, in a git repository of its own, with as many stacks as it is told. */
export class PromoteProject {
  readonly deployer: Deployer;
  /** The same, with the Docker engine of a stack that has one of its own. */
  readonly elsewhere: Deployer;
  readonly dir: string;
  private readonly stacks = new Set<string>();

  constructor(
    readonly name: string,
    private readonly ports: Readonly<Record<string, number>>,
    private readonly other?: { stack: string; address: string; dockerHost: string },
  ) {
    this.dir = path.join(ROOT, ".landfall", "tmp", name);
    fs.rmSync(this.dir, { recursive: true, force: true });
    fs.mkdirSync(path.join(this.dir, "app"), { recursive: true });
    for (const [file, text] of Object.entries(projectFiles(name, PROGRAM))) this.write(file, text);
    this.write("app/server.py", SERVER);
    // Of its own: an image that another suite had built as well would go with that one's, under all of its names.
    this.write("app/Dockerfile", `${DOCKERFILE}LABEL test.project=${name}\n`);
    this.payload(1);
    this.write(".gitignore", "state\nPulumi.*.yaml\n");
    fs.mkdirSync(path.join(this.dir, "state"));
    const toolchain = locateToolchain(ROOT);
    const options = {
      ...(toolchain === undefined ? {} : { toolchain }),
      projectDir: this.dir,
    };
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${path.join(this.dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    this.deployer = new Deployer({ ...options, env });
    this.elsewhere =
      other === undefined
        ? this.deployer
        : new Deployer({ ...options, env: { ...env, DOCKER_HOST: other.dockerHost } });
  }

  url(stack: string): string {
    const address = this.other?.stack === stack ? this.other.address : "127.0.0.1";
    return `http://${address}:${this.ports[stack] ?? 0}`;
  }

  /** Writes a version of the application and commits it. */
  async commit(version: string): Promise<void> {
    const git = (...args: string[]) => execa("git", args, { cwd: this.dir });
    this.write("app/version", `${version}\n`);
    if (!fs.existsSync(path.join(this.dir, ".git"))) await git("init", "-q");
    await git("add", "-A");
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"];
    await git(...who, "commit", "-q", "--allow-empty", "-m", version);
  }

  /** Makes the image so much larger, by bytes that nothing compresses and no image has had before. */
  payload(bytes: number): void {
    this.write("app/payload", randomBytes(bytes));
  }

  configure(stack: string, values: Readonly<Record<string, unknown>> = {}): void {
    this.stacks.add(stack);
    const bound = this.other?.stack === stack ? { bindAddress: this.other.address } : {};
    const all = { port: this.ports[stack], ...bound, ...values };
    const config = Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`${this.name}:${key}`, value]),
    );
    const file = path.join(this.dir, `Pulumi.${stack}.yaml`);
    const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const salt = /^encryptionsalt: .*$/m.exec(before)?.[0] ?? "";
    fs.writeFileSync(file, `${salt}\n${dump({ config })}`);
  }

  /** What answers through a stack's router. */
  async answer(stack: string): Promise<{ version: string; greeting: string }> {
    const response = await fetch(`${this.url(stack)}/`);
    return (await response.json()) as { version: string; greeting: string };
  }

  /** Id of the image that a stack's service runs. */
  async runningImage(stack: string): Promise<string> {
    const labels = { project: this.name, stack, role: "service" };
    const filters = Object.entries(labels).flatMap(([key, value]) => [
      ...["--filter", `label=landfall.${key}=${value}`],
    ]);
    const ids = (await docker("ps", "-q", "--no-trunc", ...filters)).split("\n").filter(Boolean);
    return docker("inspect", "--format", "{{.Image}}", ids[0] ?? "none");
  }

  /** Everything away, also what a run that was killed has left. */
  async remove(): Promise<void> {
    for (const stack of this.stacks) {
      const deployer = this.other?.stack === stack ? this.elsewhere : this.deployer;
      await deployer
        .destroy({ stack, includeProtected: true, remove: true })
        .catch((error: unknown) => {
          if ((error as { code?: string }).code === "stack_not_found") return;
          console.error(`destroy of ${stack}: ${String(error)}`);
        });
    }
    const names = [`*${this.name}*/*`, `*/*/${this.name}*/*`];
    const filters = names.flatMap((name) => ["--filter", `reference=${name}`]);
    const ids = await docker("images", "-q", "--no-trunc", ...filters);
    for (const id of new Set(ids.split("\n").filter(Boolean))) {
      await docker("rmi", "-f", id).catch(() => "");
    }
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  private write(file: string, text: string | Buffer): void {
    fs.writeFileSync(path.join(this.dir, file), text);
  }
}
