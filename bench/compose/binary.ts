import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import { ROOT } from "../../test/support/program";
import type { Run } from "../support/bench";

const MODULE = "github.com/docker/compose/v2";
const VERSION = "v2.40.3";

/** Docker Compose 2: the one of PATH, or one that is built from its Go module once and kept under .landfall/cache. */
export async function composeCommand(run: Run): Promise<{ command: string[]; version: string }> {
  const built = path.join(ROOT, ".landfall", "cache", "compose", VERSION, "docker-compose");
  for (const command of [["docker", "compose"], ["docker-compose"], [built]]) {
    const version = await versionOf(command);
    if (version !== undefined) return { command, version };
  }
  run.step(`building Docker Compose ${VERSION} from its Go module; some minutes, once`);
  await build(built, run.signal);
  const version = await versionOf([built]);
  if (version === undefined) throw new Error(`${built} was built, but does not run`);
  return { command: [built], version };
}

async function versionOf([file = "", ...args]: readonly string[]): Promise<string | undefined> {
  const result = await execa(file, [...args, "version", "--short"], { reject: false });
  const version = result.failed ? "" : result.stdout.trim().replace(/^v/, "");
  return version.startsWith("2.") ? version : undefined;
}

// Not "go install": the module excludes versions of others, which counts only where it is the main module.
async function build(target: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await execa("go", ["mod", "download", "-json", `${MODULE}@${VERSION}`]);
  const { Dir: source } = JSON.parse(stdout) as { Dir: string };
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const flags = `-s -w -X ${MODULE}/internal.Version=${VERSION}`;
  const unfinished = `${target}.${process.pid}`;
  const child = execa(
    "nice",
    ["-n", "10", "go", "build", "-trimpath", "-ldflags", flags, "-o", unfinished, "./cmd"],
    { cwd: source, stderr: "inherit" },
  );
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  await child;
  signal.removeEventListener("abort", stop);
  fs.renameSync(unfinished, target);
}
