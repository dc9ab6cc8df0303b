import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineAt } from "./engine";
import type { Declined, Engine, EngineOptions } from "./engine";
import { findExecutable } from "./files";
import { packageRoot } from "./paths";
import { describeFailure, runCommand } from "./run";
import { ENGINE_VERSION, atLeast } from "./versions";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** The first Go that can fetch a newer Go by itself, which go.mod may ask for. */
const LOWEST_GO = "1.21.0";
const TIMEOUT_MILLISECONDS = 25 * 60_000;

const HINTS: readonly [RegExp, string][] = [
  [/no space left on device/, "free disk space: the build needs about 5 GB under .landfall/cache"],
  [
    /x509|certificate/,
    "the certificate authority of this network is not trusted: set SSL_CERT_FILE to a CA bundle",
  ],
  [
    /dial tcp|i\/o timeout|connection refused|no such host|proxyconnect/,
    "the Go module proxy does not answer: check the network and GOPROXY",
  ],
  [
    /checksum mismatch|SECURITY ERROR/,
    "a module differs from go.sum: check GOPROXY; nothing was built from it",
  ],
  [/signal: killed|cannot allocate memory/, "memory ran out: the build needs about 2 GB"],
  [
    /requires go|toolchain not available/,
    "this Go is too old and may not fetch a newer one: unset GOTOOLCHAIN or install a newer Go",
  ],
];

/** Builds the engine as a Go tool from the pinned module, into a temporary file that takes its place at the end. */
export async function buildEngine(options: EngineOptions): Promise<Engine | Declined> {
  const { paths, env } = options;
  const searchPath = [env["PATH"] ?? "", "/usr/local/go/bin", "/usr/lib/go/bin"].join(
    path.delimiter,
  );
  const go = findExecutable("go", searchPath);
  if (go === undefined) {
    return { reason: "Go is not installed: install Go 1.21 or later, see https://go.dev/dl" };
  }
  const goVersion = await readGoVersion(go, env);
  if (!atLeast(goVersion, LOWEST_GO)) {
    return { reason: `${go} is Go ${goVersion}: install Go 1.21 or later, see https://go.dev/dl` };
  }
  const started = Date.now();
  fs.mkdirSync(paths.bin, { recursive: true });
  removeLeftOvers(paths.bin);
  const target = path.join(paths.bin, "pulumi");
  const temporary = `${target}.${randomBytes(4).toString("hex")}.tmp`;
  const log = path.join(paths.logs, "engine-build.log");
  options.progress({
    step: "engine",
    line: `building pulumi ${ENGINE_VERSION} from source with Go ${goVersion}, some minutes (${log})`,
  });
  try {
    const result = await runCommand(go, buildArguments(temporary), {
      cwd: path.join(packageRoot, "toolchain", "engine"),
      env: { ...env, ...buildEnvironment(paths.cache, env) },
      timeout: TIMEOUT_MILLISECONDS,
      log,
      onLine: (line) => {
        options.progress({ step: "engine", line });
      },
      signal: options.signal,
    });
    if (result.code !== 0) return { reason: failure(result.tail, describeFailure(result), log) };
    fs.renameSync(temporary, target);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  // The modules and objects are gigabytes; the binary is the cache. A failed build keeps them for the next try.
  fs.rmSync(goCache(paths.cache), { recursive: true, force: true });
  const engine = await engineAt("built", target, options);
  return "reason" in engine
    ? engine
    : { ...engine, note: `built from Go modules with Go ${goVersion} in ${seconds} s` };
}

/** The arguments of `go`. */
export function buildArguments(output: string): string[] {
  const ldflags = `-s -w -X ${VERSION_VARIABLE}=v${ENGINE_VERSION}`;
  return [
    "build",
    "-mod=readonly",
    "-modcacherw",
    "-trimpath",
    "-v",
    "-ldflags",
    ldflags,
    "-o",
    output,
    PACKAGE,
  ];
}

/** What keeps the build inside the project's folder, and the same on every machine. */
export function buildEnvironment(cache: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const folder = goCache(cache);
  const config = env["XDG_CONFIG_HOME"] ?? path.join(env["HOME"] ?? os.homedir(), ".config");
  return {
    GOPATH: folder,
    GOMODCACHE: path.join(folder, "mod"),
    GOCACHE: path.join(folder, "build"),
    GOFLAGS: "",
    GOWORK: "off",
    CGO_ENABLED: "0",
    // Go keeps counters in the user's config folder; what `go env -w` has written there still holds.
    XDG_CONFIG_HOME: path.join(folder, "config"),
    GOENV: env["GOENV"] ?? path.join(config, "go", "env"),
  };
}

/** What a failed build is told as: the cause, what to do, where the log is. */
export function failure(tail: string[], summary: string, log: string): string {
  const text = tail.join("\n");
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1];
  return `go build failed (${summary})${hint === undefined ? "" : `; ${hint}`}; log: ${log}`;
}

async function readGoVersion(go: string, env: NodeJS.ProcessEnv): Promise<string> {
  // GOTOOLCHAIN=local: ask the installed Go itself, without fetching another.
  const result = await runCommand(go, ["env", "GOVERSION"], {
    env: { ...env, GOTOOLCHAIN: "local" },
    timeout: 30_000,
  });
  const version = result.stdout.trim().replace(/^go/, "");
  return /^\d+\.\d+$/.test(version) ? `${version}.0` : version;
}

function goCache(cache: string): string {
  return path.join(cache, "go");
}

// Only the owner of the set-up's lock builds, so what lies there is of a build that was killed.
function removeLeftOvers(bin: string): void {
  for (const name of fs.readdirSync(bin)) {
    if (/^pulumi\..*\.tmp$/.test(name)) fs.rmSync(path.join(bin, name), { force: true });
  }
}
