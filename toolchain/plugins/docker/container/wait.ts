import type { Container } from "dockerode";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { CallContext, PropertyMap } from "../../host";
import { flag, number } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { inspected } from "./inspected";
import { followLogs } from "./logs";

const pollMs = 250;
const defaultWaitSeconds = 60;

/** @throws when the container is not healthy in time, ends, or has no health check at all. */
export async function waitUntilHealthy(
  daemon: Daemon,
  context: CallContext,
  container: Container,
  inputs: PropertyMap,
): Promise<void> {
  const seconds = number(inputs, "waitTimeout") ?? defaultWaitSeconds;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { State: state } = await daemon.ask("inspect the container", () =>
      container.inspect({ abortSignal: context.signal }),
    );
    const health = state.Health;
    if (health === undefined)
      throw new Error(
        "`wait` needs a health check: set `healthcheck`, or use an image that has one",
      );
    if (health.Status === "healthy") return;
    if (!state.Running) throw new Error(`the container ended with exit code ${state.ExitCode}`);
    if (Date.now() >= deadline)
      throw new Error(
        `the container was not healthy within ${seconds} s (waitTimeout); its health check is ${health.Status}`,
      );
    context.log.status(`waiting for the health check (${health.Status})`);
    await sleep(pollMs, undefined, { signal: context.signal });
  }
}

const waitAnswer = z.object({ StatusCode: z.number() });

/** Waits for the end of a job and gives its outcome. */
export async function finish(
  daemon: Daemon,
  context: CallContext,
  container: Container,
  inputs: PropertyMap,
): Promise<PropertyMap> {
  const { signal } = context;
  const before = await daemon.ask("inspect the container", () => container.inspect());
  const logs = flag(inputs, "logs")
    ? daemon.ask("read the container's logs", () =>
        followLogs(container, flag(inputs, "tty"), signal),
      )
    : Promise.resolve(null);
  const ended = daemon.ask("wait for the container", async () =>
    waitAnswer.parse(await container.wait({ condition: "not-running", abortSignal: signal })),
  );
  const [{ StatusCode: exitCode }, containerLogs] = await Promise.all([ended, logs]);
  // A container that removes itself cannot be looked at afterwards.
  const after = await daemon.find("inspect the container", () => container.inspect());
  return { ...inspected(after ?? before, inputs), exitCode, containerLogs };
}
