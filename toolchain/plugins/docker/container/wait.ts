import type { Container } from "dockerode";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext, PropertyMap } from "../../host";
import { number } from "../bridge/read";
import type { Daemon } from "../client/daemon";

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
