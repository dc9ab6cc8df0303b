import * as assert from "node:assert/strict";

import { Channel } from "../../../automation/channel";
import { systemClock } from "../../../automation/clock";
import { CancelledError, LandfallError } from "../../../automation/errors";
import { startOperation } from "../../../automation/operation";
import type { OperationContext } from "../../../automation/operation";

const about = { operation: "up", stack: "dev", clock: systemClock };

function info(context: OperationContext, message: string): void {
  context.emit({ kind: "diagnostic", severity: "info", ephemeral: false, message });
}

describe("An operation", () => {
  it("gives its events in order, then ends them, and resolves with its result", async () => {
    const operation = startOperation(about, {}, async (context) => {
      await context.phase("prepare", () => Promise.resolve());
      info(context, "hello");
      return 42;
    });
    const seen: string[] = [];
    for await (const event of operation.events) seen.push(`${event.sequence} ${event.kind}`);
    assert.deepEqual(seen, ["1 phase", "2 phase", "3 diagnostic"]);
    assert.equal(await operation, 42);
  });

  it("ends its events also when it fails, and an unread failure does not end the process", async () => {
    const operation = startOperation(about, {}, () =>
      Promise.reject(new LandfallError("engine", "x")),
    );
    for await (const event of operation.events) assert.fail(event.kind);
    await assert.rejects(operation.result, { code: "engine" });
  });

  it("does not start when its signal was aborted before", async () => {
    let started = false;
    const operation = startOperation(about, { signal: AbortSignal.abort() }, () => {
      started = true;
      return Promise.resolve();
    });
    await assert.rejects(operation.result, CancelledError);
    assert.equal(started, false);
  });

  it("hears of the caller's signal and of cancel()", async () => {
    const abort = new AbortController();
    const wait = (context: OperationContext): Promise<never> =>
      systemClock.sleep(60_000, context.signal).then(() => {
        context.check();
        return assert.fail();
      });
    const first = startOperation(about, { signal: abort.signal }, wait);
    const second = startOperation(about, {}, wait);
    abort.abort();
    second.cancel("enough");
    await assert.rejects(first.result, CancelledError);
    await assert.rejects(second.result, /up of stack "dev" was cancelled: enough/);
  });

  it("takes secrets out of events, results, errors and their causes", async () => {
    const events: string[] = [];
    const run =
      (fail: boolean) =>
      (context: OperationContext): Promise<string> => {
        context.redactor.add(["hunter22-secret"]);
        info(context, "got hunter22-secret");
        const cause = Object.assign(new Error("cause hunter22-secret"), {
          run: { stdout: "hunter22-secret" },
        });
        return fail
          ? Promise.reject(
              new LandfallError("engine", "with hunter22-secret", {
                cause,
                problems: [{ path: "a", message: "hunter22-secret" }],
              }),
            )
          : Promise.resolve("result hunter22-secret");
      };
    const control = { onEvent: (event: object) => events.push(JSON.stringify(event)) };
    assert.equal(await startOperation(about, control, run(false)), "result [secret]");
    await assert.rejects(
      startOperation(about, control, run(true)).result,
      (error: LandfallError) => {
        const all = [
          error.message,
          error.stack,
          JSON.stringify(error),
          String(error.cause),
          JSON.stringify(error.cause),
        ];
        assert.doesNotMatch(all.join("\n"), /hunter22/);
        assert.ok(error instanceof LandfallError);
        return true;
      },
    );
    assert.doesNotMatch(events.join(), /hunter22/);
  });

  it("goes on when a listener throws", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", listen);
    const onEvent = (): void => {
      throw new Error("listener is broken");
    };
    const result = await startOperation(about, { onEvent }, (context) => {
      info(context, "x");
      return Promise.resolve("done");
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    assert.equal(result, "done");
    assert.deepEqual(warnings, ["listener is broken"]);
  });
});

describe("Channel", () => {
  it("keeps the newest items up to its limit while nobody reads", async () => {
    const channel = new Channel<number>(3);
    for (const n of [1, 2, 3, 4, 5]) channel.push(n);
    channel.end();
    const seen: number[] = [];
    for await (const n of channel) seen.push(n);
    assert.deepEqual(seen, [3, 4, 5]);
  });
});
