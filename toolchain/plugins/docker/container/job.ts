import { Stream, addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Container } from "dockerode";
import { z } from "zod";
import type { CallContext, PropertyMap } from "../../host";
import { flag } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { statusOf } from "../client/errors";
import { inspected } from "./inspected";
import { withoutFrames } from "./logs";

const waitAnswer = z.object({ StatusCode: z.number() });

/** Starts a container, waits for its end, and gives its outcome. */
export async function runJob(
  daemon: Daemon,
  context: CallContext,
  container: Container,
  inputs: PropertyMap,
): Promise<PropertyMap> {
  const before = await daemon.ask("inspect the container", () => container.inspect());
  // A container that removes itself takes both with it, so they are asked for before it starts.
  const ended = exitCodeOf(daemon, context, container, flag(inputs, "rm"));
  const output = await outputOf(daemon, context, container, inputs);
  await daemon.ask("start the container", () => container.start({ abortSignal: context.signal }));
  const [exitCode, containerLogs] = await Promise.all([ended(), output()]);
  const after = await daemon.find("inspect the container", () => container.inspect());
  return { ...inspected(after ?? before, inputs), exitCode, containerLogs };
}

/** The exit code, once asked for. One that removes itself is waited for from now on. */
function exitCodeOf(
  daemon: Daemon,
  { signal, log }: CallContext,
  container: Container,
  removesItself: boolean,
): () => Promise<number | null> {
  const wait = async (condition: "not-running" | "removed"): Promise<number | null> => {
    try {
      return await daemon.ask("wait for the container", async () => {
        const answer: unknown = await container.wait({ condition, abortSignal: signal });
        return waitAnswer.parse(answer).StatusCode;
      });
    } catch (error) {
      if (!removesItself || statusOf(error) !== 404) throw error;
      log.warning("the container removed itself before its exit code could be read");
      return null;
    }
  };
  if (!removesItself) return () => wait("not-running");
  const early = wait("removed");
  // Its failure is reported by whoever asks; until then it must not count as unhandled.
  early.catch(() => undefined);
  return () => early;
}

/** @returns what the container will print, as a promise in a box: this one only says that nothing can be missed. */
async function outputOf(
  daemon: Daemon,
  { signal }: CallContext,
  container: Container,
  inputs: PropertyMap,
): Promise<() => Promise<string | null>> {
  if (!flag(inputs, "logs")) return () => Promise.resolve(null);
  const stream = await daemon.ask("attach to the container", () =>
    container.attach({ stream: true, stdout: true, stderr: true, abortSignal: signal }),
  );
  if (stream instanceof Stream) addAbortSignal(signal, stream);
  const printed = buffer(stream).then((raw) =>
    (flag(inputs, "tty") ? raw : withoutFrames(raw)).toString("utf8"),
  );
  printed.catch(() => undefined);
  return () => printed;
}
