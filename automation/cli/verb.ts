import type { Option } from "commander";

import type { ExitCode } from "../errors";
import type { DeployEvent } from "../events";
import type { ArgsOf, OperationName, ResultOf } from "../operations";
import type { Style } from "./render/style";

/** What a result is printed for. */
export interface ResultView {
  style: Style;
  width: number;
  verbose: boolean;
}

/** An argument that is known by its place. */
export interface Positional {
  usage: string;
  /** Field of the operation's arguments that it fills. */
  field: string;
  help: string;
  /** Reads the text. @default as it is */
  parse?: (text: string) => unknown;
}

/** One command: how its line is written, and how the result of its operation is shown. */
export interface Verb<N extends OperationName> {
  name: N;
  /** What is typed. @default the operation's name */
  command?: string;
  /** Another command that it is a form of, where that is given this flag: its options are that command's too. */
  formOf?: { name: OperationName; flag: string };
  /** The same as the operation's, repeated so that help does not load the schemas. */
  summary: string;
  /** Paragraph below the usage line. */
  description: string;
  /** Positional arguments, in their order. */
  positional?: readonly Positional[];
  options: () => Option[];
  /** Whether the default stack is left out, because the operation means something else without one. */
  stackOnlyIfNamed?: boolean;
  examples: readonly (readonly [command: string, what: string])[];
  /** `tree`: what is happening is shown; `quiet`: only the result; `stream`: events are the result. */
  progress: "tree" | "quiet" | "stream";
  /** Heading of the list of commands that it stands under. */
  group: "Deploy" | "Look" | "Mend";
  /** What to ask before it runs; undefined where nothing need be asked. */
  question?: (args: ArgsOf<N>) => string | undefined;
  /** The lines for people. */
  show: (result: ResultOf<N>, view: ResultView) => string[];
  /** Of `stream` commands: the line of one event. */
  line?: (event: DeployEvent, view: ResultView) => string | undefined;
  /** @default 0 */
  exitCode?: (result: ResultOf<N>) => ExitCode;
}

/** Every command by its name. */
export type Verbs = { [N in OperationName]: Verb<N> };
