import { Phases, seconds } from "./console";
import { DEV_STACK } from "./devEnvironment";
import { packageRoot } from "./paths";
import { interruptSignal, prepare, reportFailure, runLandfall } from "./prepare";

/** scripts/up: everything that is missing, then the deployment of dev. */
export async function main(): Promise<void> {
  const started = Number(process.env["LANDFALL_STARTED_AT"] ?? Date.now());
  const phases = new Phases();
  try {
    await prepare(phases, interruptSignal());
    const from = Date.now();
    process.exitCode = await runLandfall(packageRoot, ["up", "--stack", DEV_STACK]);
    phases.add("deploy", Date.now() - from);
  } catch (error) {
    process.exitCode = reportFailure("scripts/up", error);
  }
  process.stdout.write(`${phases.summary()}; ${seconds(Date.now() - started)} in all\n`);
  process.exit();
}
