import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext, PropertyMap } from "../../host";
import { flag, number } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { DaemonError, statusOf } from "../client/errors";

const goneTimeoutMs = 60_000;
const pollMs = 100;

/** Stops a container with its grace, removes it, and waits until it is gone. Gone already is success. */
export async function removeContainer(
  daemon: Daemon,
  context: CallContext,
  id: string,
  state: PropertyMap,
): Promise<void> {
  if (!flag(state, "attach"))
    await daemon
      .find("stop the container", (docker) =>
        docker.getContainer(id).stop({ t: graceSeconds(state), abortSignal: context.signal }),
      )
      .catch((error: unknown) => {
        // 304: it was not running.
        if (statusOf(error) !== 304) throw error;
      });
  await daemon
    .find("remove the container", (docker) =>
      docker.getContainer(id).remove({ force: true, v: state.removeVolumes !== false }),
    )
    .catch((error: unknown) => {
      // 409: it removes itself, or another removal is under way.
      if (!(error instanceof DaemonError) || error.status !== 409) throw error;
    });
  await untilGone(daemon, context, id);
}

/** Like the official provider's, a container without a grace period ends at once; its own stop time-out is one. */
export function graceSeconds(state: PropertyMap): number {
  const given = [number(state, "destroyGraceSeconds"), number(state, "stopTimeout")];
  return given.find((seconds) => seconds !== undefined && seconds > 0) ?? 0;
}

async function untilGone(daemon: Daemon, context: CallContext, id: string): Promise<void> {
  const deadline = Date.now() + goneTimeoutMs;
  for (;;) {
    const info = await daemon.find("inspect the container", (docker) =>
      docker.getContainer(id).inspect(),
    );
    if (info === undefined) return;
    if (Date.now() >= deadline)
      throw new Error(
        `The container ${id.slice(0, 12)} was removed, but Docker still had it after ${goneTimeoutMs / 1000} s (${info.State.Status})`,
      );
    await sleep(pollMs, undefined, { signal: context.signal });
  }
}
