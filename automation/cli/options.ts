import { InvalidArgumentError, Option } from "commander";

/** What every command takes. */
export interface CommonOptions {
  stack: string;
  cwd?: string;
  json?: boolean;
  events?: boolean;
  verbose?: boolean;
  color?: boolean;
  /** Destructive commands only. */
  yes?: boolean;
}

/** A whole or decimal number; the contract's schema checks its range. */
export function number(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}

/** Options of every command. */
export const commonOptions = (): Option[] => [
  new Option("-s, --stack <name>", "stack to work on").env("LANDFALL_STACK").default("dev"),
  new Option("-C, --cwd <folder>", "folder of the Pulumi project (default: this one)"),
  new Option("--json", "print the result as one JSON document"),
  new Option("--events", "with --json: print events as JSON lines on stderr"),
  new Option("--verbose", "also show what stays the same, and the words of every step"),
  new Option("--no-color", "no colours (also NO_COLOR; FORCE_COLOR forces them)"),
];

/** Options of the commands that hold the stack's lock. */
export const updateOptions = (): Option[] => [
  new Option(
    "--wait <seconds>",
    "wait for a lock that another update holds (default: 0)",
  ).argParser(number),
  new Option(
    "--parallel <count>",
    "resources to work on at once (default: four per CPU)",
  ).argParser(number),
];

export const messageOption = (): Option =>
  new Option("-m, --message <text>", "kept in the release record");

export const verifyOption = (): Option =>
  new Option(
    "--verify-timeout <seconds>",
    "how long to try to observe and probe what runs (default: 15)",
  ).argParser(number);

export const overrideFreezeOption = (): Option =>
  new Option("--override-freeze <reason>", "deploy in spite of a freeze; the reason is recorded");

export const allowDataLossOption = (): Option =>
  new Option(
    "--allow-data-loss <name>",
    "allow that the data of a resource or component is lost (repeatable)",
  ).argParser((name: string, before: string[] | undefined) => [...(before ?? []), name]);

/** How an update ends that does not hold. */
export const holdingOptions = (): Option[] => [
  new Option(
    "--keep-failed",
    "leave an update that failed as it is (default: the last good release is put back)",
  ),
  new Option(
    "--failure-budget <share>",
    "share of probe requests that may fail meanwhile, 0-1; more fail the update (default: any)",
  ).argParser(number),
];

export const dryRunOption = (what: string): Option => new Option("--dry-run", what);

export const yesOption = (): Option => new Option("-y, --yes", "do not ask");
