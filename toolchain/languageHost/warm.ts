import type { Children, Running } from "./children";
import { parseRuntimeOptions } from "./options";
import { packageBin } from "../paths";
import { programStart } from "./program";
import type { Command } from "./program";

/** What is known of a program before the engine asks for it. */
export interface ExpectedProgram {
  /** Its folder. */
  directory: string;
  /** `runtime.options` of its Pulumi.yaml. */
  options: Readonly<Record<string, unknown>>;
}

/**
 * A program's process, started together with the engine. That needs half a second of one processor until it asks for the
 * program (it reads the state and derives the key of its secrets), in which the process loads the SDK on another.
 */
export class WarmProgram {
  private constructor(
    /** What a program's command begins with if it is this one. */
    private readonly start: readonly string[],
    private readonly running: Running,
  ) {}

  /** @returns undefined for what will be refused anyway: the engine is to hear of it, when it asks */
  static begin(
    children: Children,
    { directory, options }: ExpectedProgram,
    env: NodeJS.ProcessEnv,
  ): WarmProgram | undefined {
    try {
      const { args } = programStart(directory, parseRuntimeOptions({ ...options }), env);
      const [run = "", ...flags] = [...args].reverse();
      const warm = [...flags.reverse(), packageBin("warm.cjs"), run];
      const command = { file: process.execPath, args: warm, cwd: directory, env: {} };
      const running = children.start(command, ["ignore", "pipe", "pipe", "ipc"]);
      // Whoever takes it over waits for its end; nobody else has to know.
      running.exit.catch(() => undefined);
      return new WarmProgram(args, running);
    } catch {
      return undefined;
    }
  }

  /** Makes it the program of a command; undefined where it cannot become that, and another process has to. */
  take({ file, args, cwd, env }: Command): Running | undefined {
    const { start, running } = this;
    const fits = file === process.execPath && start.every((arg, index) => args[index] === arg);
    if (!fits || !running.child.connected) return undefined;
    running.child.send({ args: args.slice(start.length), cwd, env });
    return running;
  }
}
