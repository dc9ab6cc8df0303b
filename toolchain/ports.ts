import * as fs from "node:fs";
import * as path from "node:path";
import { isCode } from "./files";

/** What listens on a port. */
export interface PortHolder {
  kind: "process" | "container";
  /** The process's command or the container's name. */
  name: string;
  pid?: number;
  /** The container's labels: ours carry `landfall.project` and `landfall.stack`. */
  labels?: Record<string, string>;
}

/** A running container that publishes a port of the Docker host. */
export interface PublishedPort {
  container: string;
  labels: Record<string, string>;
  address: string;
  port: number;
}

/** Where the answers come from; tests put their own in. */
export interface PortSources {
  /** The published ports of the Docker host, none when there is no daemon. */
  published: () => Promise<PublishedPort[]>;
  /** Root of the proc file system; undefined when the ports in question are another machine's. */
  proc: string | undefined;
}

const LISTEN = "0A";
const DOCKER_TIMEOUT_MILLISECONDS = 3_000;

/**
 * Who holds a TCP port of the Docker host, or undefined when it is free.
 *
 * @param address The address that is to be bound. @default 0.0.0.0, that is: any holder is in the way
 */
export async function whoHolds(
  port: number,
  address = "0.0.0.0",
  sources: Partial<PortSources> = {},
): Promise<PortHolder | undefined> {
  const published = await (sources.published ?? publishedPorts)();
  const container = published.find(
    (entry) => entry.port === port && clashes(entry.address, address),
  );
  if (container !== undefined) {
    return { kind: "container", name: container.container, labels: container.labels };
  }
  const proc = "proc" in sources ? sources.proc : localProc(process.env);
  return proc === undefined ? undefined : listeningProcess(proc, port, address);
}

/** The ports that running containers publish; none when no daemon answers. */
export async function publishedPorts(): Promise<PublishedPort[]> {
  // Loaded late: who only reads /proc needs no Docker client.
  const { default: Docker } = await import("dockerode");
  try {
    const containers = await new Docker({ timeout: DOCKER_TIMEOUT_MILLISECONDS }).listContainers();
    return containers.flatMap(({ Names: [name = ""], Labels: labels, Ports: ports }) =>
      ports
        .filter((entry) => entry.Type === "tcp" && Boolean(entry.PublicPort))
        .map((entry) => ({
          container: name.replace(/^\//, ""),
          labels,
          address: entry.IP,
          port: entry.PublicPort,
        })),
    );
  } catch {
    return [];
  }
}

// With a daemon elsewhere the ports are bound there, and this machine's processes are not in the way.
function localProc(env: NodeJS.ProcessEnv): string | undefined {
  const host = env["DOCKER_HOST"] ?? "";
  return host === "" || host.startsWith("unix:") ? "/proc" : undefined;
}

function listeningProcess(proc: string, port: number, address: string): PortHolder | undefined {
  const sockets = ["net/tcp", "net/tcp6"].flatMap((table) => listeners(path.join(proc, table)));
  const inodes = sockets
    .filter((socket) => socket.port === port && clashes(socket.address, address))
    .map((socket) => socket.inode);
  if (inodes.length === 0) return undefined;
  const pid = ownerOf(proc, new Set(inodes.map((inode) => `socket:[${inode}]`)));
  if (pid === undefined) return { kind: "process", name: "a process of another user" };
  return { kind: "process", name: commandOf(proc, pid), pid };
}

interface Listener {
  address: string;
  port: number;
  inode: string;
}

function listeners(table: string): Listener[] {
  return readOrEmpty(table)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map((fields) => {
      const [address = "", port = ""] = (fields[1] ?? "").split(":");
      return { address: decodeAddress(address), port: parseInt(port, 16), inode: fields[9] ?? "" };
    });
}

/** An address of /proc/net/tcp{,6}: 32-bit words in host (little-endian) order. */
export function decodeAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  const mapped = bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  if (mapped) return bytes.slice(12).join(".");
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return "::1";
  return Array.from({ length: 8 }, (_, i) =>
    ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16),
  ).join(":");
}

function clashes(held: string, wanted: string): boolean {
  const any = ["0.0.0.0", "::", ""];
  return held === wanted || any.includes(held) || any.includes(wanted);
}

function ownerOf(proc: string, sockets: Set<string>): number | undefined {
  for (const pid of fs.readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const folder = path.join(proc, pid, "fd");
    for (const fd of listOrEmpty(folder)) {
      if (sockets.has(linkOrEmpty(path.join(folder, fd)))) return Number(pid);
    }
  }
  return undefined;
}

function commandOf(proc: string, pid: number): string {
  const line = readOrEmpty(path.join(proc, String(pid), "cmdline"))
    .split("\0")
    .filter(Boolean);
  const [file = readOrEmpty(path.join(proc, String(pid), "comm")).trim(), ...given] = line;
  // Of other options nobody knows here whether what follows is their value.
  const script = given.find((each) => !/^--(?!eval|print)[\w-]+=/.test(each));
  const name = path.basename(file);
  // "node" alone says little; the arguments may hold secrets, the script's name does not.
  const interpreted = /^(node|python[\d.]*|ruby|perl|java|bash|sh)$/.test(name);
  const isScript = script !== undefined && !script.startsWith("-");
  return interpreted && isScript ? `${name} ${path.basename(script)}` : name;
}

// Processes end while they are looked at, and those of other users are closed: both count as not there.
function readOrEmpty(file: string): string {
  return unlessGone(() => fs.readFileSync(file, "utf8"), "");
}

function listOrEmpty(folder: string): string[] {
  return unlessGone(() => fs.readdirSync(folder), []);
}

function linkOrEmpty(file: string): string {
  return unlessGone(() => fs.readlinkSync(file), "");
}

function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "EACCES", "ESRCH", "EPERM"].some((code) => isCode(error, code)))
      return otherwise;
    throw error;
  }
}
