import { redactorOf } from "../../components/dynamic/redact";
import { inContainer } from "./containerCommand";
import { onHost } from "./hostCommand";
import type { Finding } from "./index";
import type { GateIo, GateSpec, GateSubject } from "./types";

type CommandSpec = Extract<GateSpec, { type: "command" }>;

/** How a command ended. */
export interface Ended {
  /** Undefined where it did not end by itself. */
  exitCode?: number;
  /** Why it has no exit code. */
  fault?: string;
  /** The end of what it printed, on both streams. */
  output: string;
  /** Where it ran. */
  where: string;
}

/** What a command is told besides its arguments. */
export function variablesOf(subject: GateSubject): Record<string, string> {
  return {
    LANDFALL_SERVICE: subject.service,
    LANDFALL_RELEASE: String(subject.release),
    LANDFALL_REVISION: subject.fresh.revision,
    LANDFALL_MOMENT: subject.moment,
    LANDFALL_WEIGHT: String(subject.weight),
  };
}

const shownLines = 20;
const shownCharacters = 3000;

/** Runs a command that must end with exit code 0. */
export async function command(
  spec: CommandSpec,
  subject: GateSubject,
  io: GateIo,
): Promise<Finding> {
  io.tell(`${subject.service}: runs the command of gate "${spec.name}"`);
  const ended =
    spec.on === "host" ? await onHost(spec, subject, io) : await inContainer(spec, subject, io);
  const { exitCode, fault, where } = ended;
  const output = lastLines(redactorOf({ ...io.env })(ended.output));
  const passed = exitCode === 0;
  const how = fault ?? `ended with exit code ${exitCode ?? "unknown"}`;
  // Its arguments may hold what nobody should read: the program's name is enough to know it by.
  const said = passed || output === "" ? "" : `\nits last lines:\n${output}`;
  return {
    passed,
    reason: `${spec.command[0] ?? "the command"} ${where} ${how}${said}`,
    measured: { on: spec.on, exitCode: exitCode ?? null, output },
  };
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-shownLines).join("\n").slice(-shownCharacters);
}

/** Keeps the end of a text that may be endless. */
export class Tail {
  private text = "";

  /** More than is shown: what is cut at its start may be half of a secret. */
  private static readonly most = 64 * 1024;

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-Tail.most);
  }

  get end(): string {
    return this.text;
  }
}
