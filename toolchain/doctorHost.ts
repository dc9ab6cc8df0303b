import * as fs from "node:fs";
import * as path from "node:path";
import type { Check } from "./doctor";
import { findExecutable, messageOf } from "./files";
import { describeFailure, runCommand } from "./run";
import { atLeast } from "./versions";

const LOWEST_NODE = "20.19.0";
const SYSTEM_CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const CA_VARIABLES = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] as const;

export function checkNode(version: string): Check {
  if (atLeast(version, LOWEST_NODE)) return { name: "node", status: "ok", detail: version };
  return {
    name: "node",
    status: "fail",
    detail: `${version} is older than ${LOWEST_NODE}`,
    fix: `Install Node ${LOWEST_NODE} or later.`,
  };
}

/** Go matters only while no engine is there and no download works. */
export async function checkGo(env: NodeJS.ProcessEnv): Promise<Check> {
  const searchPath = [env["PATH"] ?? "", "/usr/local/go/bin"].join(path.delimiter);
  const go = findExecutable("go", searchPath);
  if (go === undefined) {
    return {
      name: "go",
      status: "warn",
      detail: "not installed; needed only where the engine cannot be downloaded",
      fix: "Install Go 1.21 or later (https://go.dev/dl), or put pulumi on PATH.",
    };
  }
  const result = await runCommand(go, ["version"], { env, timeout: 10_000 });
  return result.code === 0
    ? { name: "go", status: "ok", detail: `${result.stdout.trim()} (${go})` }
    : { name: "go", status: "warn", detail: `${go} does not work: ${describeFailure(result)}` };
}

/** Free space where a folder lies; the limits are in bytes. */
export function checkDisk(
  name: string,
  folder: string,
  limits: { warn: number; fail: number },
  free = freeBytes,
): Check {
  const bytes = free(folder);
  const detail = `${gib(bytes)} GiB free at ${folder}`;
  if (bytes >= limits.warn) return { name, status: "ok", detail };
  return {
    name,
    status: bytes < limits.fail ? "fail" : "warn",
    detail: `${detail}, ${gib(limits.warn)} GiB wanted`,
    fix: "Free disk space; `docker system df` and `du -sh .landfall/*` show what takes it.",
  };
}

/** The certificate authorities that a build or a download behind an inspecting proxy has to trust. */
export function checkCaBundle(env: NodeJS.ProcessEnv, systemBundle = SYSTEM_CA_BUNDLE): Check {
  const name = "CA bundle";
  const set = CA_VARIABLES.filter((variable) => (env[variable] ?? "") !== "");
  for (const variable of set) {
    const problem = bundleProblem(env[variable] ?? "");
    if (problem === undefined) continue;
    return {
      name,
      status: "fail",
      detail: `${variable}: ${problem}`,
      fix: `Point ${variable} to a PEM file with certificates, or unset it.`,
    };
  }
  if (set.length > 0) {
    const detail = set.map((variable) => `${variable}=${env[variable] ?? ""}`).join(", ");
    return { name, status: "ok", detail };
  }
  const problem = bundleProblem(systemBundle);
  if (problem === undefined) return { name, status: "ok", detail: systemBundle };
  return {
    name,
    status: "warn",
    detail: problem,
    fix: "apt-get install ca-certificates",
  };
}

function bundleProblem(file: string): string | undefined {
  try {
    const text = fs.readFileSync(file, "utf8");
    return text.includes("-----BEGIN CERTIFICATE-----") ? undefined : `${file} has no certificate`;
  } catch (error) {
    return `${file} cannot be read (${messageOf(error)})`;
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
