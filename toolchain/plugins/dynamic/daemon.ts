import { setMaxListeners } from "node:events";
import Docker from "dockerode";
import { workingAt } from "../../../components/docker/dynamic/client";
import type { Whereabouts } from "../../../components/docker/dynamic/client";
import { resolveAddress } from "../docker/client/address";
import type { Place } from "../docker/place";

/** Does the work of one call at the place, until that is aborted. */
export function workAt<T>(place: Place, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return workingAt(whereabouts(place, signal), work);
}

/**
 * The place's daemon for one call: when that is aborted, whatever it asks is refused and whatever it listens to is cut off,
 * as the end of a process of its own would do.
 */
function whereabouts({ directory, env }: Place, signal: AbortSignal): Whereabouts {
  const { host, options } = resolveAddress({}, env);
  const client = new Docker(options);
  // Each of the call's requests listens, and a gate asks all replicas at once.
  setMaxListeners(0, signal);
  const { modem } = client;
  const dial = modem.dial.bind(modem);
  modem.dial = (request, answer) => {
    if (signal.aborted) {
      answer?.(abortion(signal), null);
      return;
    }
    dial({ ...request, abortSignal: request.abortSignal ?? signal }, (error, result) => {
      cutOff(result, signal);
      answer?.(error, result);
    });
  };
  return { client, host, directory };
}

function abortion({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** A request's own signal has no power over a connection that has been taken over. */
function cutOff(result: unknown, signal: AbortSignal): void {
  if (!isStream(result)) return;
  const destroy = (): void => {
    result.destroy();
  };
  signal.addEventListener("abort", destroy, { once: true });
  result.once("close", () => {
    signal.removeEventListener("abort", destroy);
  });
}

interface Stream {
  destroy(): void;
  once(event: "close", listener: () => void): void;
}

function isStream(value: unknown): value is Stream {
  return typeof value === "object" && value !== null && "destroy" in value && "once" in value;
}
