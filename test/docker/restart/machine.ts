import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import execa from "execa";

const CGROUPS = "/sys/fs/cgroup";
const START_MILLISECONDS = 30_000;
const STOP_MILLISECONDS = 60_000;

/** Keeps the namespaces alive, and reaps what a killed daemon leaves behind, as an init does. */
const INIT = "ip link set lo up && echo up && while :; do sleep 3600 & wait $!; done";

const GET = `
require("http").get(process.argv[1], { agent: false }, (answer) => {
  let body = "";
  answer.on("data", (part) => (body += part)).on("end", () => console.log(JSON.stringify({ status: answer.statusCode, body })));
});`;

const RELAY = `
const net = require("net");
net.createServer((from) => {
  const to = net.connect(process.argv[2]);
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on("error", () => { from.destroy(); to.destroy(); });
}).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("up"));`;

/**
 * A host of its own for a Docker daemon that may be restarted and killed: namespaces for processes, mounts and network. Its
 * published ports and iptables rules are nobody else's, and ending its first process ends all of it, as a power cut would.
 */
export class Machine {
  private init = 0;
  private host: execa.ExecaChildProcess | undefined;
  private daemon: execa.ExecaChildProcess | undefined;

  private constructor(
    private readonly name: string,
    private readonly folder: string,
  ) {}

  /** @throws Error that tells what a second daemon needs when none can be started. */
  static async start(name: string): Promise<Machine> {
    const machine = new Machine(name, fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`)));
    try {
      await machine.boot();
      return machine;
    } catch (cause) {
      await machine.remove();
      const needs = "it needs root, dockerd, unshare, nsenter and ip";
      throw new Error(`a Docker daemon of the test's own could not be started; ${needs}`, {
        cause,
      });
    }
  }

  get dockerHost(): string {
    return `unix://${path.join(this.folder, "docker.sock")}`;
  }

  /** Turns the host on, and its daemon with it. */
  async boot(): Promise<void> {
    const namespaces = ["--net", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child"];
    this.host = execa("unshare", [...namespaces, "bash", "-c", INIT], { reject: false });
    await firstOutput(this.host);
    const pid = String(this.host.pid);
    this.init = Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
    await this.startDaemon();
  }

  async startDaemon(): Promise<void> {
    const file = (name: string) => path.join(this.folder, name);
    const places = [
      "--data-root",
      file("data"),
      "--exec-root",
      file("run"),
      "--pidfile",
      file("pid"),
    ];
    const options = ["-H", this.dockerHost, "--cgroup-parent", `/${this.name}`];
    const log = fs.openSync(file("log"), "a");
    this.daemon = execa(
      "nsenter",
      [...this.inside("-n", "-p", "-m"), "dockerd", ...places, ...options],
      {
        stdio: ["ignore", log, log],
        reject: false,
      },
    );
    fs.closeSync(log);
    const deadline = Date.now() + START_MILLISECONDS;
    while (
      (await execa("docker", ["-H", this.dockerHost, "version"], { reject: false })).exitCode !== 0
    ) {
      if (this.daemon.exitCode !== null || Date.now() > deadline) {
        const said = fs.readFileSync(file("log"), "utf8").split("\n").slice(-20).join("\n");
        throw new Error(`dockerd does not answer; it said last:\n${said}`);
      }
      await sleep(100);
    }
  }

  /**
   * Lays a cable between the machine and the host of the tests: each reaches the other by its address.
   * @param cable At most 12 characters.
   */
  async connect(cable: string, host: string, own: string): Promise<void> {
    const ends = [`${cable}h`, `${cable}m`] as const;
    const ip = (...args: string[]) => execa("ip", args);
    // One that a killed run has left.
    await ip("link", "del", ends[0]).catch(() => undefined);
    await ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1]);
    await ip("link", "set", ends[1], "netns", String(this.init));
    await ip("addr", "add", `${host}/30`, "dev", ends[0]);
    await ip("link", "set", ends[0], "up");
    const inside = [...this.inside("-n"), "ip"];
    await execa("nsenter", [...inside, "addr", "add", `${own}/30`, "dev", ends[1]]);
    await execa("nsenter", [...inside, "link", "set", ends[1], "up"]);
  }

  /** Makes the machine's own loopback port lead to a Unix socket, which is the same in all networks. */
  async relay(port: number, socket: string): Promise<void> {
    const args = [
      ...this.inside("-n", "-p", "-m"),
      process.execPath,
      "-e",
      RELAY,
      String(port),
      socket,
    ];
    const relay = execa("nsenter", args, { reject: false });
    await new Promise((resolve) => relay.stdout?.once("data", resolve));
  }

  /** Ends the daemon and nothing else, and waits until it is gone. */
  async stopDaemon(signal: "TERM" | "KILL"): Promise<void> {
    // The file has its id among the machine's own processes.
    const pid = fs.readFileSync(path.join(this.folder, "pid"), "utf8");
    await execa("nsenter", [...this.inside("-p", "-m"), "kill", `-${signal}`, pid]);
    await within(STOP_MILLISECONDS, "dockerd to end", this.daemon);
    // A killed one leaves its file, and its id may be another's by now.
    fs.rmSync(path.join(this.folder, "pid"), { force: true });
  }

  /** Ends everything at once, without a word to anybody. What a host keeps in memory only is gone. */
  async cutPower(): Promise<void> {
    if (this.init !== 0) kill(this.init);
    else this.host?.kill("SIGKILL");
    this.init = 0;
    await within(STOP_MILLISECONDS, "the machine to end", Promise.all([this.host, this.daemon]));
    for (const volatile of ["run", "pid", "docker.sock"]) {
      fs.rmSync(path.join(this.folder, volatile), { recursive: true, force: true });
    }
  }

  /** Ends everything and takes away what it has left on disk. */
  async remove(): Promise<void> {
    await this.cutPower();
    fs.rmSync(this.folder, { recursive: true, force: true });
    for (const parent of [
      CGROUPS,
      ...fs.readdirSync(CGROUPS).map((name) => path.join(CGROUPS, name)),
    ]) {
      removeGroups(path.join(parent, this.name));
    }
  }

  /** Copies images from the daemon of the tests. */
  async load(...images: string[]): Promise<void> {
    const save = execa("docker", ["save", ...images], { buffer: false, encoding: null });
    const load = execa("docker", ["-H", this.dockerHost, "load"]);
    if (save.stdout === null || load.stdin === null)
      throw new Error("no pipe between save and load");
    save.stdout.pipe(load.stdin);
    await Promise.all([save, load]);
  }

  async docker(...args: readonly string[]): Promise<string> {
    return (await execa("docker", ["-H", this.dockerHost, ...args])).stdout;
  }

  /** Asks from the machine itself, where its ports are published. @throws Error without an answer. */
  async get(url: string): Promise<{ status: number; body: string }> {
    const args = [...this.inside("-n"), process.execPath, "-e", GET, url];
    const { stdout } = await execa("nsenter", args, { timeout: 5_000 });
    return JSON.parse(stdout) as { status: number; body: string };
  }

  private inside(...namespaces: string[]): string[] {
    return ["-t", String(this.init), ...namespaces];
  }
}

async function firstOutput(host: execa.ExecaChildProcess): Promise<void> {
  const ended = host.then(({ stderr, shortMessage }: { stderr: string; shortMessage?: string }) => {
    throw new Error(`unshare failed: ${stderr.trim() || (shortMessage ?? "")}`);
  });
  await Promise.race([ended, new Promise((resolve) => host.stdout?.once("data", resolve))]);
}

async function within(
  milliseconds: number,
  what: string,
  done: PromiseLike<unknown> | undefined,
): Promise<void> {
  const cancel = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: cancel.signal }).then(() => {
    throw new Error(`waited ${milliseconds / 1000} s in vain for ${what}`);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    late.catch(() => undefined);
    cancel.abort();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Control groups are removed like folders, from the leaves up; their files go with them. */
function removeGroups(group: string): void {
  if (!fs.existsSync(group)) return;
  for (const entry of fs.readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroups(path.join(group, entry.name));
  }
  fs.rmdirSync(group);
}
