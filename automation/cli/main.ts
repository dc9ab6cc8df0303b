import { CommanderError } from "commander";
import type { Command } from "commander";

import { exitCodes } from "../errors";
import type { ExitCode } from "../errors";
import type { Operations } from "../operations";
import { usageError } from "./failure";
import { drained, processIo } from "./io";
import type { Io } from "./io";
import { buildProgram } from "./program";
import { printFailure, runVerb, viewFor } from "./run";
import { verbs } from "./verbs";
import { packageVersion } from "./version";

/** Runs the command line and ends the process with its exit code. Never rejects. */
export async function main(argv: string[]): Promise<void> {
  const io = processIo();
  const connect = async (): Promise<Operations> => (await import("./sdk")).connect();
  const code = await run(argv, io, connect, (hard) => void endAll(hard));
  await drained(io);
  // What the SDK leaves open (sockets of the engine, for one) must not keep a finished command alive.
  process.exit(code);
}

/** How long a killed process may take to be gone, in milliseconds: it has memory and files to give back. */
const dyingMs = 2000;

/**
 * The engine runs in a process group of its own, so that nothing but us ends it with us. It goes first, before it can
 * start anything else, and is waited for: who asks next must not find its lock held by a process that still lives.
 */
async function endAll(code: ExitCode): Promise<void> {
  try {
    const { descendantsOf, gone, sendSignal } = await import("../engine/processTree");
    const all = await descendantsOf(process.pid);
    for (const pid of all) sendSignal(pid, "SIGKILL");
    await gone(all, dyingMs);
  } finally {
    process.exit(code);
  }
}

/** Runs the command line, and gives its exit code. */
export async function run(
  argv: string[],
  io: Io,
  connect: () => Promise<Operations>,
  exit: (code: ExitCode) => void,
): Promise<ExitCode> {
  try {
    const parsed = { code: exitCodes.ok as ExitCode };
    const program = buildProgram(verbs, packageVersion(), async (_, verb, line) => {
      parsed.code = await runVerb(verb, line, { io, connect, exit });
    });
    quieten(program, io);
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return exitCodes.usage;
    }
    await program.parseAsync(argv, { from: "user" });
    return parsed.code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    const view = viewFor(io, { color: !argv.includes("--no-color") });
    return printFailure(shown, argv.includes("--json"), io, view);
  }
}

/** Usage errors are thrown, and printed in the form that was asked for; only help is written by commander. */
function quieten(program: Command, io: Io): void {
  const width = (): number => io.stdout.columns ?? 100;
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: width,
      getErrHelpWidth: width,
    });
  }
}
