import type { CommanderError } from "commander";

import { exitCodes, LandfallError, UsageError } from "../errors";
import type { ErrorInfo, ExitCode } from "../errors";
import { optionOf } from "./args";
import { clean } from "./render/text";
import { errorLines } from "./render/verdict";
import type { VerdictView } from "./render/verdict";

/** What goes to stdout with `--json` when there is no result. */
export interface JsonFailure {
  error: Omit<ErrorInfo, "code"> & { code: ErrorInfo["code"] | "internal"; exitCode: ExitCode };
}

/** The error of a command line that commander could not read. */
export function usageError(error: CommanderError): UsageError {
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const globalOption = error.code === "commander.unknownOption" && /^unknown option/.test(first);
  const hint = more.join(" ").trim();
  const fix = [
    hint === "" ? "" : `${hint.replace(/^\(|\)$/g, "")} `,
    globalOption ? "Options come after the command. " : "",
    "See `landfall --help` and `landfall <command> --help`.",
  ].join("");
  return new UsageError([{ path: "", message: first }], { fix, cause: error });
}

/** An error as data. */
export function toJsonFailure(error: unknown): JsonFailure {
  if (error instanceof LandfallError) {
    return { error: { ...onCommandLine(error), exitCode: error.exitCode } };
  }
  const fix =
    "This is a fault of Landfall itself. Run again with --verbose for where it comes from.";
  return {
    error: { code: "internal", message: messageOf(error), fix, exitCode: exitCodes.failed },
  };
}

/** An error for people; `verbose` adds where it comes from. */
export function failureLines(error: unknown, view: VerdictView & { verbose: boolean }): string[] {
  const { style } = view;
  const { error: info } = toJsonFailure(error);
  const { code, ...rest } = info;
  const cancelled = code === "cancelled";
  const symbol = cancelled ? style.symbols.warning : style.symbols.failed;
  const head = style.paint(
    `${symbol} ${code.replace(/_/g, " ")}`,
    cancelled ? "yellow" : "red",
    "bold",
  );
  const lines = errorLines({ ...rest, code: code === "internal" ? "engine" : code }, view);
  return [head, ...lines, ...(view.verbose ? traces(error, view) : [])];
}

function traces(error: unknown, { style }: VerdictView): string[] {
  const lines: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const [, ...frames] = clean(at.stack ?? "").split("\n    at ");
    lines.push(`  ${at.name}: ${clean(at.message).split("\n")[0] ?? ""}`);
    lines.push(...frames.map((frame) => `    at ${frame}`));
  }
  return lines.map((line) => style.paint(line, "dim"));
}

/** The SDK names arguments as programs do; at a command line they are options. */
function onCommandLine(error: LandfallError): ErrorInfo {
  const info = error.toJSON();
  if (error.code !== "usage" || error.problems.length === 0) return info;
  const problems = error.problems.map(({ path, message }) => ({
    path: /^[a-z]\w*$/.test(path) ? optionOf(path) : path,
    message: message.replace(/`([a-z]\w*)`/g, (_, field: string) => optionOf(field)),
  }));
  return { ...new UsageError(problems, { fix: error.fix }).toJSON() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
