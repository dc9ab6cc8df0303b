/**
 * Runs work that the end of this process is to interrupt: the engine ends its plugins with a signal when an update is
 * cancelled, and what is under way at AWS must not go on unseen.
 */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const cancel = (): void => {
    controller.abort(new Error("the update was cancelled"));
  };
  process.on("SIGINT", cancel).on("SIGTERM", cancel);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", cancel).off("SIGTERM", cancel);
  }
}

/** Waits, but not beyond a cancellation. @throws the signal's reason */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Time until the next look at what has been waited for so long: a tenth of that, so that what is quick is seen soon and what is
 * slow is asked for seldom. At most the interval, at least a fifth of it.
 */
export function untilNextLook(intervalMs: number, waitedMs: number): number {
  return Math.min(intervalMs, Math.max(intervalMs / 5, waitedMs / 10));
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("the update was cancelled");
}
