import { spawn } from "node:child_process";
import type { Phases } from "./console";
import { ensureDocker } from "./dockerEngine";
import { messageOf } from "./files";
import { landfallPaths, packageBin, packageRoot } from "./paths";
import { ensureToolchain } from "./setup";
import type { Toolchain } from "./setup";
import { ensureBaseImages } from "./images/ensure";

/** What scripts/up and scripts/test need before they begin: Docker, the engine, base images. */
export async function prepare(phases: Phases, signal: AbortSignal): Promise<Toolchain> {
  const root = packageRoot;
  const paths = landfallPaths(root);
  const startedAt = Number(process.env["LANDFALL_STARTED_AT"] ?? "0");
  if (startedAt > 0) phases.add("packages", Math.max(0, Date.now() - startedAt));
  await phases.run("docker", (report) => ensureDocker({ paths, env: process.env, report, signal }));
  const toolchain = await phases.run("engine", (report) =>
    ensureToolchain({
      root,
      signal,
      progress: ({ line }) => {
        report(line);
      },
    }),
  );
  await phases.run("base images", (report) =>
    ensureBaseImages({ root, onProgress: report, signal }),
  );
  return toolchain;
}

/** Ends at the first SIGINT or SIGTERM what listens to the signal, and at the second the process. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("cancelled"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

/** Runs the CLI on the project as if it had been called from the shell; gives its exit code. */
export async function runLandfall(root: string, args: string[]): Promise<number> {
  const child = spawn(process.execPath, [packageBin("landfall.cjs"), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  // A terminal interrupts both; a SIGTERM reaches only this process.
  const forward = (): void => void child.kill("SIGTERM");
  process.on("SIGTERM", forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve(signal === null ? (code ?? 1) : 130);
      });
    });
  } finally {
    process.removeListener("SIGTERM", forward);
  }
}

/** Prints why a script could not go on; gives its exit code. */
export function reportFailure(script: string, error: unknown): number {
  if (error instanceof Error && /^(cancelled|Abort)/.test(`${error.message}${error.name}`)) {
    process.stderr.write(`${script}: cancelled\n`);
    return 130;
  }
  process.stderr.write(`${script}: ${messageOf(error)}\n`);
  return 2;
}
