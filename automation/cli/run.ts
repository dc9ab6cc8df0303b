import { exitCodes, UsageError } from "../errors";
import type { ExitCode } from "../errors";
import type { DeployEvent, LogEvent } from "../events";
import type { ArgsOf, OperationName, Operations, ResultOf } from "../operations";
import { toArgs } from "./args";
import { confirm } from "./confirm";
import { failureLines, toJsonFailure } from "./failure";
import { isInteractive, styleFor } from "./io";
import type { Io } from "./io";
import type { CommandLine } from "./program";
import { sizeOf } from "./render/tty";
import { jsonReporter, liveReporter, plainReporter } from "./reporter";
import type { Reporter } from "./reporter";
import { watchInterrupts } from "./signals";
import type { ResultView, Verb } from "./verb";

export interface Surroundings {
  io: Io;
  /** Gives the SDK's operations; called once the command line is known to be right. */
  connect: () => Promise<Operations>;
  /** Ends the process at once, with everything that it has started. */
  exit: (code: ExitCode) => void;
}

/** Runs one command from its arguments to its exit code. */
export async function runVerb<N extends OperationName>(
  verb: Verb<N>,
  line: CommandLine,
  around: Surroundings,
): Promise<ExitCode> {
  const { common, raw } = line;
  const { io } = around;
  const view = viewFor(io, common);
  try {
    if (common.events === true && common.json !== true) {
      throw new UsageError([{ path: "--events", message: "needs --json" }]);
    }
    const args = await toArgs(verb.name, raw);
    const question = verb.question?.(args);
    if (question !== undefined && common.yes !== true) {
      await confirm(question, common.stack, io, common.json !== true);
    }
    return await operate(verb, line, args, view, around);
  } catch (error) {
    return printFailure(error, common.json === true, io, view);
  }
}

/** Prints an error where its reader looks for it: as the JSON document, or on stderr. */
export function printFailure(error: unknown, json: boolean, io: Io, view: ResultView): ExitCode {
  const failure = toJsonFailure(error);
  if (json) io.stdout.write(`${JSON.stringify(failure, null, 2)}\n`);
  else io.stderr.write(`${failureLines(error, view).join("\n")}\n`);
  return failure.error.exitCode;
}

async function operate<N extends OperationName>(
  verb: Verb<N>,
  line: CommandLine,
  args: ArgsOf<N>,
  view: ResultView,
  around: Surroundings,
): Promise<ExitCode> {
  const { common, raw } = line;
  const { io } = around;
  const entries: LogEvent[] = [];
  const reporter = reporterFor(verb, line, view, io, entries);
  const interrupts = watchInterrupts(
    () => {
      if (verb.progress === "stream") return;
      reporter.say(view.style.paint(stopping(verb.progress), "yellow"));
    },
    () => {
      reporter.end();
      around.exit(exitCodes.cancelled);
    },
  );
  if (verb.progress === "stream")
    io.onClosed(() => {
      interrupts.abort("the reader has gone");
    });
  let result: ResultOf<N>;
  try {
    const operations = await around.connect();
    const control = {
      signal: interrupts.signal,
      onEvent: (event: DeployEvent) => {
        reporter.event(event);
      },
    };
    result = await operations[verb.name](args, control);
  } catch (error) {
    // Whoever reads only the first lines has got what he asked for.
    if (verb.progress === "stream" && io.isClosed()) return exitCodes.ok;
    // An interrupt is how a reader leaves lines that have no end.
    if (verb.progress === "stream" && interrupts.signal.aborted) return exitCodes.cancelled;
    for (const text of reporter.end(error instanceof Error ? error.message : "")) print(io, text);
    throw error;
  } finally {
    interrupts.dispose();
  }
  const above = reporter.end(messageOf(result));
  if (common.json !== true)
    for (const text of [...above, ...verb.show(result, view)]) print(io, text);
  else if (verb.progress !== "stream") print(io, JSON.stringify(result, null, 2));
  else if (raw.follow !== true) print(io, JSON.stringify({ ...result, entries }, null, 2));
  return verb.exitCode?.(result) ?? exitCodes.ok;
}

function reporterFor<N extends OperationName>(
  verb: Verb<N>,
  { common, raw }: CommandLine,
  view: ResultView,
  io: Io,
  entries: LogEvent[],
): Reporter {
  const treeless = verb.progress !== "tree";
  if (common.json === true) {
    const events = jsonReporter(
      common.events === true
        ? (line) => {
            io.stderr.write(`${line}\n`);
          }
        : undefined,
    );
    if (verb.progress !== "stream") return events;
    const follow = raw.follow === true;
    return withLines(events, (event) => {
      if (event.kind !== "log") return;
      if (follow) print(io, JSON.stringify(event));
      else entries.push(event);
    });
  }
  const title = raw.stack === undefined ? verb.name : `${verb.name} ${common.stack}`;
  const toStdout = (line: string): void => {
    print(io, line);
  };
  if (verb.progress === "stream") {
    return withLines(plainReporter(title, toStdout, { ...view, verbose: false }, true), (event) => {
      const line = verb.line?.(event, view);
      if (line !== undefined) toStdout(line);
    });
  }
  return isInteractive(io)
    ? liveReporter(title, io.stdout, view, treeless)
    : plainReporter(title, toStdout, view, treeless);
}

function withLines(reporter: Reporter, onEvent: (event: DeployEvent) => void): Reporter {
  return {
    ...reporter,
    event: (event) => {
      reporter.event(event);
      onEvent(event);
    },
  };
}

/** Colours and width of stdout; without a terminal nothing is cut or wrapped. */
export function viewFor(io: Io, common: { color?: boolean; verbose?: boolean }): ResultView {
  const width = io.stdout.isTTY === true ? sizeOf(io.stdout).width : Number.POSITIVE_INFINITY;
  return {
    style: styleFor(io, io.stdout, common.color),
    width,
    verbose: common.verbose === true,
  };
}

/** The message of a result that holds an error, which is shown with it. */
function messageOf(result: object): string {
  const { error } = result as { error?: { message?: unknown } };
  return typeof error?.message === "string" ? error.message : "";
}

function stopping(progress: string): string {
  return progress === "tree"
    ? "Cancelling: what is under way is brought to an end. Interrupt again to stop at once."
    : "Cancelling.";
}

function print(io: Io, line: string): void {
  io.stdout.write(`${line}\n`);
}
