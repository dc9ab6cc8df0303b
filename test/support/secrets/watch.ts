import * as assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Deployer } from "../../../automation/deployer";
import { descendantsOf } from "../../../automation/engine/processTree";
import type { DeployEvent } from "../../../automation/events";
import type { Control, Operation, Operations } from "../../../automation/operations";
import { run } from "../../../automation/cli/main";
import type { Finished, Running } from "../../engine/cli/support";
import { landfall, memoryIo } from "../../unit/cli/fakes";
import type { LeakFinder } from "./leaks";

/** What one command line came to, in every form in which it can be seen. */
export interface Watched {
  code: number;
  /** Of the SDK: the result, or what was thrown. */
  result?: unknown;
  error?: unknown;
  events: readonly DeployEvent[];
  /** What was printed, by how it was asked for. */
  printed: Readonly<Record<string, string>>;
}

/**
 * Runs command lines on the real SDK, once each, prints what came of them in every form that there is, and looks for
 * secrets in all of it.
 */
export class Watch {
  /** Everything that has leaked so far. */
  readonly leaks: string[] = [];
  /** Verbs that were run. */
  readonly verbs = new Set<string>();

  constructor(
    private readonly deployer: Deployer,
    private readonly finder: LeakFinder,
  ) {}

  /** @param asked Whether secrets were asked for: then only what is not the result has to be free of them. */
  async run(argv: readonly string[], asked = false): Promise<Watched> {
    const events: DeployEvent[] = [];
    let outcome: Pick<Watched, "result" | "error"> = {};
    const recording = recorded(this.deployer, events, (verb, came) => {
      this.verbs.add(verb);
      outcome = came;
    });
    const { io, stdout, stderr } = memoryIo();
    const all = [...argv, "--json", "--events"];
    const code = await run(
      all,
      io,
      () => Promise.resolve(recording),
      () => undefined,
    );
    const answer = {
      ...("error" in outcome ? { error: outcome.error } : {}),
      ...(typeof outcome.result === "object" && outcome.result ? { result: outcome.result } : {}),
      events,
    };
    const plain = await landfall([...argv, "--verbose"], answer);
    const live = await landfall(argv, answer, { terminal: true });
    assert.deepEqual([plain.code, live.code], [code, code], argv.join(" "));
    const results = { json: stdout.text, plain: plain.stdout, live: live.stdout };
    const others = {
      events: stderr.text,
      "plain stderr": plain.stderr,
      "live stderr": live.stderr,
    };
    const printed = { ...results, ...others };
    const name = argv.join(" ").slice(0, 60);
    for (const [form, text] of Object.entries(asked ? others : printed))
      this.note(`${name}, ${form}`, this.finder.in(text));
    this.note(`${name}, events of the SDK`, this.finder.inValue(events));
    if (!asked) this.note(`${name}, result`, this.finder.inValue(outcome.result));
    this.note(`${name}, error`, this.finder.inValue(outcome.error));
    return { code, ...outcome, events, printed };
  }

  /** Looks at what a real process prints, and at the command lines of all that it starts. */
  async process(
    name: string,
    { child, finished }: Pick<Running, "child" | "finished">,
  ): Promise<Finished> {
    const lines = new Set<string>();
    const over = finished.then(() => true);
    do {
      for (const pid of await descendantsOf(child.pid ?? 0)) lines.add(commandLineOf(pid));
    } while (!(await Promise.race([over, sleep(50, false)])));
    assert.ok(
      [...lines].some((line) => line.includes("/pulumi\0")),
      `${name} started ${lines.size} others`,
    );
    const end = await finished;
    const { stdout, stderr } = end;
    const seen = { stdout, stderr, "command lines": [...lines].join("\n") };
    for (const [form, text] of Object.entries(seen))
      this.note(`${name}, ${form}`, this.finder.in(text));
    return end;
  }

  /** Looks at every file below a folder. Gives how many there were. */
  files(folder: string): number {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const { parentPath, name } of files)
      this.note(
        join(parentPath, name),
        this.finder.in(readFileSync(join(parentPath, name), "utf8")),
      );
    return files.length;
  }

  /** @throws AssertionError when anything has leaked */
  expectNone(): void {
    assert.deepEqual(this.leaks.slice(0, 20), [], `${this.leaks.length} leaks`);
  }

  note(where: string, found: readonly string[]): void {
    this.leaks.push(...found.map((leak) => `${where}: ${leak}`));
  }
}

/** Program and arguments, each ended by NUL; empty for a process that is gone. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** The end of the JSON document, where verdict and error stand: all of it would be megabytes. */
export function tail({ printed }: Watched): string {
  return (printed.json ?? "").slice(-2000);
}

type Operate = (args: unknown, control?: Control) => Operation<unknown>;

/** The SDK, with everything that it tells and gives written down. */
function recorded(
  deployer: Deployer,
  events: DeployEvent[],
  ended: (verb: string, came: Pick<Watched, "result" | "error">) => void,
): Operations {
  return new Proxy<Operations>(deployer, {
    get: (target, verb) => {
      const operate = Reflect.get(target, verb) as Operate | undefined;
      // Whoever awaits it asks for `then` first.
      if (operate === undefined) return undefined;
      return (args: unknown, control: Control = {}) => {
        const onEvent = (event: DeployEvent): void => {
          events.push(event);
          control.onEvent?.(event);
        };
        const operation = operate.call(target, args, { ...control, onEvent });
        operation.then(
          (result) => {
            ended(String(verb), { result });
          },
          (error: unknown) => {
            ended(String(verb), { error });
          },
        );
        return operation;
      };
    },
  });
}
