import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import type { Run } from "./bench";
import type { Clients, LoadResult } from "../../test/support/load";

/** Clients of a kind, as data: they run in another process. */
export type TrafficKind = Omit<Clients, "headers" | "body" | "expect"> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * Closed-loop clients in a process of their own, so that what this process does between two answers (reading the
 * engine's events, say) is not taken for a gap of the service.
 */
export class Traffic {
  private constructor(private readonly child: ChildProcess) {}

  static async start(
    run: Run,
    kinds: readonly TrafficKind[],
    maxSeconds: number,
  ): Promise<Traffic> {
    const child = fork(path.join(__dirname, "trafficProcess.ts"), {
      execArgv: ["--require", require.resolve("ts-node/register")],
    });
    run.defer(() => child.kill("SIGKILL"));
    await message(child);
    child.send({ kinds, maxSeconds });
    return new Traffic(child);
  }

  /** Lets every client finish its request. */
  async stop(): Promise<LoadResult> {
    const answer = message(this.child);
    this.child.send("stop");
    const result = (await answer) as LoadResult;
    this.child.disconnect();
    return result;
  }
}

async function message(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  child.once("exit", (code) => {
    gone.abort(new Error(`the clients' process ended with ${code ?? "a signal"}`));
  });
  const [value] = (await once(child, "message", { signal: gone.signal })) as [unknown];
  return value;
}
