import * as fs from "node:fs";
import { Phases } from "./console";
import { removeOwned } from "./dockerObjects";
import { stopDocker } from "./dockerEngine";
import { locateToolchain } from "./locate";
import { landfallPaths, packageRoot } from "./paths";
import { interruptSignal, reportFailure, runLandfall } from "./prepare";

/** scripts/down: destroys dev; with --all also its data, Landfall's Docker objects and .landfall. */
export async function main(argv: string[]): Promise<void> {
  const all = argv.includes("--all");
  const paths = landfallPaths(packageRoot);
  try {
    const signal = interruptSignal();
    if (fs.existsSync(paths.state) && locateToolchain(packageRoot) !== undefined) {
      const extra = all ? ["--include-protected", "--remove"] : [];
      const code = await runLandfall(packageRoot, ["destroy", "--stack", "dev", "--yes", ...extra]);
      if (code !== 0) {
        process.stderr.write(`scripts/down: landfall destroy failed; nothing else was removed\n`);
        process.exit(code);
      }
    } else {
      process.stderr.write(`scripts/down: there is no stack dev in ${paths.state}\n`);
    }
    if (all) await removeAll(signal);
  } catch (error) {
    process.exitCode = reportFailure("scripts/down", error);
  }
  process.exit();
}

async function removeAll(signal: AbortSignal): Promise<void> {
  const paths = landfallPaths(packageRoot);
  const phases = new Phases();
  await phases.run("docker objects", (report) => removeOwned(report, signal));
  await phases.run("docker daemon", async (report) => {
    report((await stopDocker(paths)) ? "stopped" : "not started by scripts/up: left running");
  });
  await phases.run(".landfall", async (report) => {
    report(paths.base);
    await fs.promises.rm(paths.base, { recursive: true, force: true });
  });
}
