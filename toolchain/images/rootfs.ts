import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type Docker from "dockerode";
import { findExecutable, messageOf } from "../files";
import { ToolchainError } from "../errors";
import { describeFailure, runCommand } from "../run";
import { rootImage, suite } from "./catalog";
import { followStream } from "./daemon";
import type { RootfsPlan } from "./plan";
import { mirrorKeyring, renderSources, type DebianMirror } from "./debianMirror";
import type { ImageLog } from "./imageLog";
import { keyringBytes } from "./keyring";

export interface RootfsOptions {
  docker: Docker;
  plan: RootfsPlan;
  /** Scratch folder; the caller removes it. */
  work: string;
  labels: Record<string, string>;
  proxies: Record<string, string>;
  log: ImageLog;
  signal?: AbortSignal;
}

const BOOTSTRAP_MILLISECONDS = 15 * 60_000;
const INSTALL_MILLISECONDS = 5 * 60_000;

/** Makes Debian's root folder from packages and imports it under the reference. */
export async function makeRootImage(options: RootfsOptions): Promise<void> {
  const { plan, log } = options;
  await checkHost(options);
  // debootstrap's own default, where the host has no mirror to offer.
  const mirrors: (DebianMirror | undefined)[] =
    plan.mirrors.length > 0 ? plan.mirrors : [undefined];
  const attempts: string[] = [];
  for (const [index, mirror] of mirrors.entries()) {
    const from = mirror?.uri ?? "debootstrap's default mirror";
    log.report(rootImage, `making the root folder from ${from}`);
    const rootfs = path.join(options.work, `rootfs-${index}`);
    const problem = await bootstrap(options, mirror, rootfs);
    if (problem === undefined) {
      await importRootfs(options, rootfs);
      return;
    }
    attempts.push(`${from}: ${problem}`);
    fs.rmSync(rootfs, { recursive: true, force: true });
  }
  throw new ToolchainError(`no root folder could be made of Debian ${suite}`, attempts);
}

// Only Linux' root may make device files and mount; so the advice must come before the work.
async function checkHost({ plan, log, signal }: RootfsOptions): Promise<void> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new ToolchainError(
      "building from Debian packages needs root on Linux: run this command once as root, " +
        "or let the Docker daemon reach a registry",
    );
  }
  if (findExecutable("debootstrap", searchPath()) === undefined) {
    log.report(rootImage, "installing debootstrap");
    await installDebootstrap(log, signal);
  }
  const result = await runCommand("dpkg", ["--print-architecture"], { timeout: 10_000, signal });
  const host = result.stdout.trim();
  if (result.code === 0 && host !== plan.architecture) {
    throw new ToolchainError(
      `the Docker daemon runs on ${plan.architecture}, this host is ${host}: build the images on a ` +
        `${plan.architecture} host, or let the daemon reach a registry`,
    );
  }
}

async function installDebootstrap(log: ImageLog, signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  const apt = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=120", "-y", ...args], {
      env,
      timeout: INSTALL_MILLISECONDS,
      signal,
      onLine: (line) => {
        log.write(rootImage, line);
      },
    });
  const install = ["install", "--no-install-recommends", "debootstrap", "debian-archive-keyring"];
  let result = await apt(...install);
  if (result.code !== 0) {
    // Most often the lists are missing or old.
    await apt("update");
    result = await apt(...install);
  }
  if (result.code === 0) return;
  throw new ToolchainError(
    `debootstrap is missing and apt-get cannot install it (${describeFailure(result)}): install it by hand`,
  );
}

/** Undefined when it worked, or else why not. */
async function bootstrap(
  { plan, work, proxies, log, signal }: RootfsOptions,
  mirror: DebianMirror | undefined,
  rootfs: string,
): Promise<string | undefined> {
  const overlay = path.join(work, "overlay");
  fs.rmSync(overlay, { recursive: true, force: true });
  fs.mkdirSync(rootfs, { recursive: true });
  writeOverlay(overlay, plan, mirror);
  let keyring = "";
  try {
    if (mirror?.keyring !== undefined) {
      keyring = path.join(overlay, mirrorKeyring);
      write(overlay, mirrorKeyring, keyringBytes(mirror.keyring));
    }
  } catch (error) {
    return `its keyring cannot be read (${messageOf(error)})`;
  }
  const script = path.join(plan.folder, "bootstrap.sh");
  // Namespaces of its own, and death with this process: nothing stays mounted or running when this is killed.
  const args = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"];
  const result = await runCommand("setpriv", [...args, "--mount-proc", "sh", script], {
    env: {
      ...proxies,
      PATH: searchPath(),
      LC_ALL: "C",
      DEBIAN_FRONTEND: "noninteractive",
      ROOTFS: rootfs,
      OVERLAY: overlay,
      SUITE: suite,
      ARCH: plan.architecture,
      MIRROR: mirror?.uri ?? "",
      KEYRING: keyring,
      UNSIGNED: mirror?.trusted === true ? "1" : "0",
    },
    timeout: BOOTSTRAP_MILLISECONDS,
    signal,
    onLine: progressLines(log),
  });
  return result.code === 0 ? undefined : describeFailure(result);
}

// debootstrap names each package three times; a line every few seconds shows well enough that it lives.
function progressLines(log: ImageLog): (line: string) => void {
  let last = Date.now();
  return (line) => {
    if (line.startsWith("I: ") && Date.now() - last > 5000) {
      last = Date.now();
      log.report(rootImage, line.slice(3));
    } else {
      log.write(rootImage, line);
    }
  };
}

function writeOverlay(overlay: string, plan: RootfsPlan, mirror: DebianMirror | undefined): void {
  fs.cpSync(path.join(plan.folder, "overlay"), overlay, { recursive: true });
  for (const { fingerprint, pem } of plan.certificates) {
    const name = `landfall-${fingerprint.slice(0, 16)}.crt`;
    write(overlay, `/usr/local/share/ca-certificates/${name}`, pem);
  }
  if (mirror !== undefined) {
    write(overlay, "/etc/apt/sources.list.d/debian.sources", renderSources(mirror));
  }
}

function write(folder: string, name: string, content: string | Buffer): void {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, { mode: 0o644 });
}

async function importRootfs(options: RootfsOptions, rootfs: string): Promise<void> {
  const { docker, plan, log, signal } = options;
  log.report(rootImage, "importing the root folder");
  const exclude = ["dev", "proc", "sys"].map((folder) => `--exclude=./${folder}/*`);
  const tar = spawn(
    "tar",
    ["-C", rootfs, "--numeric-owner", "--sort=name", ...exclude, "-c", "."],
    {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    },
  );
  let complaint = "";
  tar.stderr.on("data", (data: Buffer) => (complaint += data.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.once("error", reject).once("close", resolve);
  });
  const changes = [
    'CMD ["bash"]',
    ...Object.entries(options.labels).map(
      ([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`,
    ),
  ];
  let id = "";
  const importing = docker
    .importImage(tar.stdout, { changes, abortSignal: signal })
    .then((stream) =>
      followStream(stream, ({ status }) => {
        if (status?.startsWith("sha256:") === true) id = status;
      }),
    );
  const [code] = await Promise.all([ended, importing]);
  if (code !== 0) throw new ToolchainError(`tar ended with ${String(code)}: ${complaint.trim()}`);
  // Only now, for a root folder that tar could not read to its end is imported without an error.
  const [repo = "", tag = ""] = plan.reference.split(":");
  await docker.getImage(id).tag({ repo, tag });
}

// An ordinary user's PATH, kept by su and sudo, lacks the folders of debootstrap and chroot.
function searchPath(): string {
  return `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;
}
