import { EventEmitter } from "node:events";

import type { ExitCode } from "../../../automation/errors";
import type { DeployEvent } from "../../../automation/events";
import type { Control, Operation, OperationName, Operations } from "../../../automation/operations";
import type { Io, Output } from "../../../automation/cli/io";
import { run } from "../../../automation/cli/main";

/** One call of an operation. */
export interface Call {
  name: OperationName;
  args: unknown;
}

/** What a command did. */
export interface Outcome {
  code: ExitCode;
  stdout: string;
  stderr: string;
  calls: Call[];
}

/** What the operations answer: a result, an error to reject with, or something that watches the signal. */
export interface Answer {
  result?: object;
  error?: unknown;
  events?: readonly DeployEvent[];
  during?: (control: Control) => Promise<void>;
}

/** Runs a command line against operations that give `answer`, without a terminal unless `terminal` says so. */
export async function landfall(
  argv: readonly string[],
  answer: Answer = {},
  more: { env?: NodeJS.ProcessEnv; terminal?: boolean; closed?: boolean } = {},
): Promise<Outcome> {
  const { io, stdout, stderr } = memoryIo(more);
  const calls: Call[] = [];
  const connect = (): Promise<Operations> => Promise.resolve(fakeOperations(answer, calls));
  const code = await run([...argv], io, connect, () => undefined);
  return { code, stdout: stdout.text, stderr: stderr.text, calls };
}

/** Streams that keep what is written to them. */
export function memoryIo(
  more: { env?: NodeJS.ProcessEnv; terminal?: boolean; closed?: boolean } = {},
): { io: Io; stdout: Memory; stderr: Memory } {
  const stdout = new Memory(more.terminal === true);
  const stderr = new Memory(false);
  const io: Io = {
    stdout,
    stderr,
    stdin: process.stdin,
    env: { LANG: "C.UTF-8", ...more.env },
    isClosed: () => more.closed === true,
    onClosed: (listener) => {
      if (more.closed === true) listener();
    },
  };
  return { io, stdout, stderr };
}

export class Memory extends EventEmitter implements Output {
  text = "";
  columns = 100;
  rows = 30;

  constructor(readonly isTTY: boolean) {
    super();
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

function fakeOperations(answer: Answer, calls: Call[]): Operations {
  const operate =
    (name: OperationName) =>
    (args: unknown, control: Control = {}): Operation<never> => {
      calls.push({ name, args });
      const result = (async () => {
        for (const event of answer.events ?? []) control.onEvent?.(event);
        await answer.during?.(control);
        if (answer.error !== undefined) throw answer.error as Error;
        return answer.result as never;
      })();
      return {
        events: (async function* () {})(),
        result,
        cancel: () => undefined,
        then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
        catch: (onRejected) => result.catch(onRejected),
        finally: (onFinally) => result.finally(onFinally),
      };
    };
  return {
    preview: operate("preview"),
    plan: operate("plan"),
    offlinePlan: operate("offlinePlan"),
    up: operate("up"),
    rollback: operate("rollback"),
    promote: operate("promote"),
    destroy: operate("destroy"),
    refresh: operate("refresh"),
    verify: operate("verify"),
    status: operate("status"),
    outputs: operate("outputs"),
    logs: operate("logs"),
    history: operate("history"),
    show: operate("show"),
    diff: operate("diff"),
    freeze: operate("freeze"),
    unfreeze: operate("unfreeze"),
    feature: operate("feature"),
    stop: operate("stop"),
    start: operate("start"),
    readOnly: operate("readOnly"),
    backup: operate("backup"),
    restore: operate("restore"),
    approve: operate("approve"),
    prune: operate("prune"),
    cancel: operate("cancel"),
    bootstrap: operate("bootstrap"),
    doctor: operate("doctor"),
  };
}
