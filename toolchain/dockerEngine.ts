import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "./doctorDocker";
import { ToolchainError } from "./errors";
import { findExecutable, isCode, readIfPresent } from "./files";
import type { LandfallPaths } from "./paths";
import { describeFailure, runCommand } from "./run";
import type { RunResult } from "./run";

const PACKAGES = ["docker.io", "iptables", "ca-certificates"];
const APT_MILLISECONDS = 10 * 60_000;
const START_MILLISECONDS = 90_000;
const STOP_MILLISECONDS = 60_000;

export interface DockerOptions {
  paths: LandfallPaths;
  env: NodeJS.ProcessEnv;
  report: (line: string) => void;
  signal?: AbortSignal;
}

/** What this module does to the machine; tests put their own in. */
export interface DockerHost {
  ping: () => Promise<void>;
  isRoot: () => boolean;
  /** Whether an init system runs that starts services. */
  hasInit: () => boolean;
  run: typeof runCommand;
  /** Starts dockerd in a session of its own; gives its process id. */
  startDaemon: (file: string, args: string[], log: string) => number;
  isRunning: (pid: number) => boolean;
  /** Where dockerd may lie besides PATH. */
  folders: readonly string[];
}

/**
 * Makes sure that a Docker daemon answers: installs Debian's docker.io when there is none, and starts it.
 * @throws ToolchainError saying what was tried and what to do.
 */
export async function ensureDocker(options: DockerOptions, host = realHost): Promise<void> {
  const target = options.env["DOCKER_HOST"] ?? "";
  try {
    await host.ping();
    return;
  } catch (error) {
    const isAbsent = isCode(error, "ENOENT") || isCode(error, "ECONNREFUSED");
    const isLocal = target === "" || target === "unix:///var/run/docker.sock";
    if (!isAbsent || !isLocal) {
      const { detail, fix } = explain(
        error,
        target === "" ? "unix:///var/run/docker.sock" : target,
      );
      throw new ToolchainError(`Docker: ${detail}. ${fix}`, [], { cause: error });
    }
  }
  if (!host.isRoot()) {
    throw new ToolchainError(
      "Docker: no daemon answers, and only root can install and start one. Start it (sudo systemctl start docker), " +
        "or install it (sudo apt-get install docker.io), or set DOCKER_HOST to another daemon; then try again.",
    );
  }
  const dockerd = findDockerd(options.env, host) ?? (await install(options, host));
  await start(dockerd, options, host);
}

/** Stops the daemon that ensureDocker has started by hand; false when there is none. */
export async function stopDocker(paths: LandfallPaths, host = realHost): Promise<boolean> {
  const pid = Number(readIfPresent(pidFile(paths)) ?? "0");
  if (pid <= 1 || !host.isRunning(pid)) return false;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + STOP_MILLISECONDS;
  while (host.isRunning(pid)) {
    if (Date.now() > deadline) {
      throw new ToolchainError(
        `dockerd (process ${pid}) did not end within ${STOP_MILLISECONDS / 1000} s`,
      );
    }
    await sleep(200);
  }
  return true;
}

async function install(options: DockerOptions, host: DockerHost): Promise<string> {
  if (findExecutable("apt-get", options.env["PATH"] ?? "") === undefined) {
    throw new ToolchainError(
      "Docker: no dockerd is installed, and there is no apt-get. Install Docker (https://docs.docker.com/engine/install) and try again.",
    );
  }
  const log = path.join(options.paths.logs, "apt.log");
  const apt = async (args: string[]): Promise<RunResult> =>
    host.run("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], {
      env: { ...options.env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: APT_MILLISECONDS,
      log,
      onLine: options.report,
      signal: options.signal,
    });
  options.report("apt-get update");
  const updated = await apt(["update", "-qq"]);
  const installed = await apt(["install", "-y", "--no-install-recommends", ...PACKAGES]);
  const dockerd = findDockerd(options.env, host);
  if (installed.code === 0 && dockerd !== undefined) return dockerd;
  const update =
    updated.code === 0 ? "" : `; apt-get update had failed too (${describeFailure(updated)})`;
  throw new ToolchainError(
    `Docker: apt-get install ${PACKAGES.join(" ")} failed (${describeFailure(installed)})${update}. ` +
      `Log: ${log}. Check the package sources and the network, or install Docker yourself; then try again.`,
  );
}

async function start(dockerd: string, options: DockerOptions, host: DockerHost): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  if (host.hasInit()) {
    options.report("systemctl start docker");
    const result = await host.run("systemctl", ["start", "docker"], {
      timeout: START_MILLISECONDS,
      signal: options.signal,
    });
    if (result.code !== 0) {
      throw new ToolchainError(
        `Docker: systemctl start docker failed (${describeFailure(result)}). See journalctl -u docker.`,
      );
    }
    await waitFor(host, deadline, options, () => "See journalctl -u docker.");
    return;
  }
  const log = path.join(options.paths.logs, "dockerd.log");
  fs.mkdirSync(options.paths.logs, { recursive: true });
  options.report(`starting dockerd, log: ${log}`);
  const pid = host.startDaemon(dockerd, ["--pidfile", pidFile(options.paths)], log);
  await waitFor(
    host,
    deadline,
    options,
    () => {
      const ended = host.isRunning(pid) ? "" : "dockerd has ended. ";
      const tail = (readIfPresent(log) ?? "").trim().split("\n").slice(-5).join("\n  ");
      return `${ended}The end of its log (${log}):\n  ${tail}`;
    },
    () => host.isRunning(pid),
  );
}

async function waitFor(
  host: DockerHost,
  deadline: number,
  options: DockerOptions,
  hint: () => string,
  isAlive = (): boolean => true,
): Promise<void> {
  for (;;) {
    try {
      await host.ping();
      return;
    } catch (cause) {
      if (Date.now() > deadline || !isAlive()) {
        throw new ToolchainError(
          `Docker: the daemon was started but does not answer. ${hint()}`,
          [],
          { cause },
        );
      }
    }
    await sleep(250, undefined, { signal: options.signal });
  }
}

function findDockerd(env: NodeJS.ProcessEnv, host: DockerHost): string | undefined {
  return findExecutable("dockerd", [env["PATH"] ?? "", ...host.folders].join(path.delimiter));
}

function pidFile(paths: LandfallPaths): string {
  return path.join(paths.base, "dockerd.pid");
}

const realHost: DockerHost = {
  async ping() {
    const { default: Docker } = await import("dockerode");
    await new Docker({ timeout: 5_000 }).ping();
  },
  isRoot: () => process.getuid?.() === 0,
  hasInit: () => fs.existsSync("/run/systemd/system"),
  run: runCommand,
  startDaemon(file, args, log) {
    const output = fs.openSync(log, "a");
    // A session of its own: an interrupt of this command must not end the daemon.
    const child = spawn(file, args, { detached: true, stdio: ["ignore", output, output] });
    child.once("error", (error) => fs.writeSync(output, `${error.message}\n`));
    child.unref();
    return child.pid ?? -1;
  },
  isRunning: (pid) => (readIfPresent(`/proc/${pid}/cmdline`) ?? "").includes("dockerd"),
  folders: ["/usr/sbin", "/usr/local/bin"],
};
