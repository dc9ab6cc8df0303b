import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import Docker from "dockerode";
import { NO_OWNER } from "../components/docker/dynamic/ownerLabel";
import { Phases } from "./console";
import { DEV_STACK } from "./devEnvironment";
import { removeOwned } from "./dockerObjects";
import { stopDocker } from "./dockerEngine";
import { removeBaseImages } from "./images/ensure";
import { locateToolchain } from "./locate";
import { landfallPaths, packageRoot } from "./paths";
import { interruptSignal, reportFailure, runLandfall } from "./prepare";

/** Name of Pulumi.yaml's project, which the labels of dev's objects carry. */
const PROJECT = "landfall";
/** Exit codes of a destroy that somebody else or the user has stopped: locked, cancelled. */
const STOPS = [5, 130];

/** scripts/down: destroys dev; with --all also its data, Landfall's Docker objects and .landfall. */
export async function main(argv: string[]): Promise<void> {
  const { all, allowed } = parsed(argv);
  const paths = landfallPaths(packageRoot);
  try {
    const signal = interruptSignal();
    // Before the stack goes: afterwards nothing tells which objects were its own.
    const owner = await ownerInState(paths.state);
    if (fs.existsSync(paths.state) && locateToolchain(packageRoot) !== undefined) {
      const extra = [...(all ? ["--include-protected", "--remove"] : []), ...allowed];
      const code = await runLandfall(packageRoot, [
        "destroy",
        "--stack",
        DEV_STACK,
        "--yes",
        ...extra,
      ]);
      if (code !== 0 && (!all || STOPS.includes(code))) {
        process.stderr.write(
          "scripts/down: landfall destroy did not succeed; nothing else was removed\n",
        );
        process.exit(code);
      }
    } else {
      process.stderr.write(`scripts/down: there is no stack dev in ${paths.state}\n`);
    }
    if (all) await removeAll(owner, signal);
  } catch (error) {
    process.exitCode = reportFailure("scripts/down", error);
  }
  process.exit();
}

function parsed(argv: readonly string[]): { all: boolean; allowed: string[] } {
  const { values } = parseArgs({
    args: [...argv],
    options: { all: { type: "boolean" }, "allow-data-loss": { type: "string", multiple: true } },
  });
  const names = values["allow-data-loss"] ?? [];
  return {
    all: values.all === true,
    allowed: names.map((name) => `--allow-data-loss=${name}`),
  };
}

async function removeAll(owner: string | undefined, signal: AbortSignal): Promise<void> {
  const paths = landfallPaths(packageRoot);
  const phases = new Phases();
  const kept = await phases.run("docker objects", async (report) => {
    const docker = new Docker({ timeout: 120_000 });
    const stack = { project: PROJECT, stack: DEV_STACK, owner };
    const left = await removeOwned(docker, stack, report, signal);
    const images = await removeBaseImages({ docker });
    return [...left, ...images.kept.map(({ name, reason }) => `image ${name}: ${reason}`)];
  });
  for (const line of kept) process.stderr.write(`stays: ${line}\n`);
  await phases.run("docker daemon", async (report) => {
    report((await stopDocker(paths)) ? "stopped" : "not started by scripts/up: left running");
  });
  await phases.run(".landfall", async (report) => {
    report(paths.base);
    await fs.promises.rm(paths.base, { recursive: true, force: true });
  });
}

/** Id of the deployment that dev's state knows; undefined where it has none. It is read as a file: the engine may be gone. */
async function ownerInState(folder: string): Promise<string | undefined> {
  const file = path.join(folder, ".pulumi", "stacks", PROJECT, `${DEV_STACK}.json`);
  if (!fs.existsSync(file)) return undefined;
  const { checkpoint } = JSON.parse(await fs.promises.readFile(file, "utf8")) as StateFile;
  const resources = checkpoint?.latest?.resources ?? [];
  const check = resources.find(({ type }) => type.endsWith("landfall:PortCheck"));
  return check === undefined ? undefined : (check.inputs?.owner ?? NO_OWNER);
}

/** What is read of the engine's own file. */
interface StateFile {
  checkpoint?: {
    latest?: { resources?: { type: string; inputs?: { owner?: string } }[] | null } | null;
  };
}
