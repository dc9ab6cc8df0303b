import { LandfallError } from "../../errors";
import type { PlatformSession } from "../types";

/** What a look came to: the thing itself once it is there, and the state that it is in until then. */
export interface Look<T> {
  ready?: T;
  state: string;
}

export interface Waiting {
  /** What is waited for, in words. */
  what: string;
  /** Longest time, in milliseconds. */
  timeoutMs: number;
}

const pollMs = 10_000;

/** Looks every ten seconds. Whoever stops waiting stops nothing: AWS goes on with it. @throws LandfallError `database` */
export async function untilReady<T>(
  { context }: Pick<PlatformSession, "context">,
  { what, timeoutMs }: Waiting,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const deadline = context.clock.now() + timeoutMs;
  for (;;) {
    context.check();
    const { ready, state } = await look();
    if (ready !== undefined) return ready;
    if (/^(failed|incompatible-.*|storage-full)$/.test(state))
      throw new LandfallError("database", `${what} is ${state} at RDS`);
    if (context.clock.now() >= deadline) {
      const hours = timeoutMs / 3_600_000;
      const message = `${what} is ${state} after ${hours} hours; RDS goes on with it`;
      throw new LandfallError("database", message);
    }
    await context.clock.sleep(pollMs, context.signal);
  }
}
