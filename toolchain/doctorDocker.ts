import * as fs from "node:fs";
import type { Check } from "./doctor";
import { checkDisk } from "./doctorHost";
import { isCode, messageOf } from "./files";
import { atLeast } from "./versions";

/** What the daemon says about itself. */
export interface DockerInfo {
  version: string;
  apiVersion: string;
  storageDriver: string;
  /** Where images and volumes lie on the daemon's machine. */
  dataRoot: string;
}

/** The first API with everything that the components use. */
const LOWEST_API = "1.40";
const TIMEOUT_MILLISECONDS = 5_000;
const GIB = 1024 ** 3;

export async function checkDocker(env: NodeJS.ProcessEnv, ask = askDaemon): Promise<Check[]> {
  const target = env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  let info: DockerInfo;
  try {
    info = await ask();
  } catch (error) {
    return [{ name: "docker", status: "fail", ...explain(error, target) }];
  }
  const detail = `Docker ${info.version}, API ${info.apiVersion}, ${info.storageDriver}, at ${target}`;
  const checks: Check[] = [{ name: "docker", status: "ok", detail }];
  if (!atLeast(`${info.apiVersion}.0`, `${LOWEST_API}.0`)) {
    checks[0] = {
      name: "docker",
      status: "fail",
      detail: `${detail}: older than API ${LOWEST_API}`,
      fix: "Install Docker 19.03 or later.",
    };
  }
  if (target.startsWith("unix:") && fs.existsSync(info.dataRoot)) {
    checks.push(checkDisk("disk of Docker", info.dataRoot, { warn: 5 * GIB, fail: 1 * GIB }));
  }
  return checks;
}

/** What a failed call to the daemon means and what to do about it. */
export function explain(error: unknown, target: string): { detail: string; fix: string } {
  const message = messageOf(error);
  if (isCode(error, "EACCES") || isCode(error, "EPERM")) {
    return {
      detail: `no permission for ${target}`,
      fix: "Add your user to the group docker (and log in anew), or work as root.",
    };
  }
  if (isCode(error, "ENOENT") || isCode(error, "ECONNREFUSED")) {
    return {
      detail: `no daemon answers at ${target} (${message})`,
      fix: target.startsWith("unix:")
        ? "Run scripts/up as root: it installs and starts Docker; or start the daemon yourself."
        : "Check DOCKER_HOST and that the daemon listens there.",
    };
  }
  return {
    detail: `the daemon at ${target} does not answer properly: ${message}`,
    fix: "Check DOCKER_HOST, DOCKER_CERT_PATH and the daemon's log.",
  };
}

async function askDaemon(): Promise<DockerInfo> {
  const { default: Docker } = await import("dockerode");
  const docker = new Docker({ timeout: TIMEOUT_MILLISECONDS });
  const version = await docker.version();
  const info: unknown = await docker.info();
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    storageDriver: textOf(info, "Driver"),
    dataRoot: textOf(info, "DockerRootDir"),
  };
}

function textOf(info: unknown, key: string): string {
  if (typeof info !== "object" || info === null) return "";
  const value: unknown = Object.entries(info).find(([name]) => name === key)?.[1];
  return typeof value === "string" ? value : "";
}
