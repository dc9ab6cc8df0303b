const watched = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupts {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  abort: (reason: string) => void;
  dispose: () => void;
}

/**
 * The first signal asks for a graceful end, the second ends the process at once.
 *
 * @param onFirst told of the first one
 * @param onSecond puts the terminal in order and ends the process
 */
export function watchInterrupts(
  onFirst: (signal: NodeJS.Signals) => void,
  onSecond: () => void,
): Interrupts {
  const controller = new AbortController();
  const listener = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      onSecond();
      return;
    }
    onFirst(signal);
    controller.abort(`received ${signal}`);
  };
  for (const signal of watched) process.on(signal, listener);
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
    dispose: () => {
      for (const signal of watched) process.off(signal, listener);
    },
  };
}
