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
  // mmdebstrap's own default, where the host has no mirror to offer.
  const mirrors: (DebianMirror | undefined)[] =
    plan.mirrors.length > 0 ? plan.mirrors : [undefined];
  const attempts: string[] = [];
  for (const [index, mirror] of mirrors.entries()) {
    const from = mirror?.uri ?? "mmdebstrap's default mirror";
    log.report(rootImage, `making the root folder from ${from}`);
    const archive = path.join(options.work, `rootfs-${index}.tar`);
    const problem = await bootstrap(options, mirror, archive);
    if (problem === undefined) {
      await importRootfs(options, archive);
      return;
    }
    attempts.push(`${from}: ${problem}`);
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
  if (findExecutable("mmdebstrap", searchPath()) === undefined) {
    log.report(rootImage, "installing mmdebstrap");
    await installBootstrapper(log, signal);
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

async function installBootstrapper(log: ImageLog, signal?: AbortSignal): Promise<void> {
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
  const install = ["install", "--no-install-recommends", "mmdebstrap", "debian-archive-keyring"];
  let result = await apt(...install);
  if (result.code !== 0) {
    // Most often the lists are missing or old.
    await apt("update");
    result = await apt(...install);
  }
  if (result.code === 0) return;
  throw new ToolchainError(
    `mmdebstrap is missing and apt-get cannot install it (${describeFailure(result)}): install it by hand`,
  );
}

/** Undefined when it worked, or else why not. */
async function bootstrap(
  { plan, work, proxies, log, signal }: RootfsOptions,
  mirror: DebianMirror | undefined,
  archive: string,
): Promise<string | undefined> {
  let sources: string;
  const overlay = path.join(work, "overlay");
  try {
    sources = prepare(work, overlay, plan, mirror);
  } catch (error) {
    return messageOf(error);
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
      TMPDIR: work,
      OUTPUT: archive,
      OVERLAY: overlay,
      SOURCES: sources,
      SUITE: suite,
      ARCH: plan.architecture,
    },
    timeout: BOOTSTRAP_MILLISECONDS,
    signal,
    onLine: progressLines(log),
  });
  return result.code === 0 ? undefined : describeFailure(result);
}

// Hundreds of packages pass by; a line every few seconds shows well enough that it lives.
function progressLines(log: ImageLog): (line: string) => void {
  let last = Date.now();
  return (line) => {
    if (PROGRESS.test(line) && Date.now() - last > PROGRESS_MILLISECONDS) {
      last = Date.now();
      log.report(rootImage, line.replace(/^I: /, ""));
    } else {
      log.write(rootImage, line);
    }
  };
}

const PROGRESS = /^(?:I: |Get:|Unpacking |Setting up )/;
const PROGRESS_MILLISECONDS = 5000;

/** Writes what bootstrap.sh reads; gives the file with the apt sources, or nothing for the default mirror. */
function prepare(
  work: string,
  overlay: string,
  plan: RootfsPlan,
  mirror: DebianMirror | undefined,
): string {
  fs.rmSync(overlay, { recursive: true, force: true });
  fs.cpSync(path.join(plan.folder, "overlay"), overlay, { recursive: true });
  for (const { fingerprint, pem } of plan.certificates) {
    const name = `landfall-${fingerprint.slice(0, 16)}.crt`;
    write(overlay, `/usr/local/share/ca-certificates/${name}`, pem);
  }
  if (mirror === undefined) return "";
  if (mirror.keyring !== undefined) write(overlay, mirrorKeyring, keyringBytes(mirror.keyring));
  write(overlay, "/etc/apt/sources.list.d/debian.sources", renderSources(mirror));
  write(work, "debian.sources", renderSources(mirror, path.join(overlay, mirrorKeyring)));
  return path.join(work, "debian.sources");
}

function write(folder: string, name: string, content: string | Buffer): void {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, { mode: 0o644 });
}

async function importRootfs(options: RootfsOptions, archive: string): Promise<void> {
  const { docker, plan, log, signal } = options;
  log.report(rootImage, "importing the root folder");
  const [repo = "", tag = ""] = plan.reference.split(":");
  const changes = [
    'CMD ["bash"]',
    ...Object.entries(options.labels).map(
      ([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`,
    ),
  ];
  const stream = await docker.importImage(fs.createReadStream(archive), {
    repo,
    tag,
    changes,
    abortSignal: signal,
  });
  await followStream(stream, () => undefined);
}

// An ordinary user's PATH, kept by su and sudo, lacks the folders of chroot and ldconfig.
function searchPath(): string {
  return `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;
}
