import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import bcrypt from "bcryptjs";
import execa from "execa";
import { dump } from "js-yaml";

/** Debian's docker-registry as a process of its own on loopback, with a login. */
export class TestRegistry {
  readonly username = "pusher";
  // Holds no other secret of the tests: what is left of one that does is a secret as well, and would stand in names.
  readonly password = "pushes-9f2c71d4";
  private process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly dir: string,
  ) {}

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it, over what it held before. Installs the package where it is missing. */
  async start(): Promise<void> {
    await installed();
    fs.mkdirSync(path.join(this.dir, "data"), { recursive: true });
    const htpasswd = path.join(this.dir, "htpasswd");
    fs.writeFileSync(htpasswd, `${this.username}:${bcrypt.hashSync(this.password, 5)}\n`);
    const config = path.join(this.dir, "config.yml");
    const settings = {
      version: 0.1,
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: path.join(this.dir, "data") } },
      http: { addr: this.host },
      auth: { htpasswd: { realm: "test", path: htpasswd } },
    };
    fs.writeFileSync(config, dump(settings));
    this.process = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
    await this.answers();
  }

  /** Status of the question for an image's manifest, by a reference with a digest: 200 where it holds it. */
  async manifest(reference: string): Promise<number> {
    const [, name = "", digest = ""] = /^[^/]+\/(.+)@(sha256:.+)$/.exec(reference) ?? [];
    const login = Buffer.from(`${this.username}:${this.password}`).toString("base64");
    const accept = "application/vnd.docker.distribution.manifest.v2+json";
    const { status } = await fetch(`http://${this.host}/v2/${name}/manifests/${digest}`, {
      method: "HEAD",
      headers: { authorization: `Basic ${login}`, accept },
    });
    return status;
  }

  /** Ends it at once, as a crash does. */
  async stop(): Promise<void> {
    const { process: running } = this;
    this.process = undefined;
    if (running?.exitCode !== null || running.pid === undefined) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    process.kill(running.pid, "SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const status = await fetch(`http://${this.host}/v2/`).then(
        ({ status: code }) => code,
        () => 0,
      );
      if (status === 401) return;
      if (Date.now() > deadline) throw new Error(`no registry answers at ${this.host}`);
      await sleep(100);
    }
  }
}

async function installed(): Promise<void> {
  const found = await execa("docker-registry", ["--version"], { reject: false });
  if (!found.failed) return;
  console.log("      docker-registry is missing: apt-get install -y docker-registry");
  await execa("apt-get", ["install", "-y", "docker-registry"], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}
