const POLL_MS = 20;

/**
 * The signals of the calls in flight: one per call, aborted by the engine's Cancel, by the loss of the call, or by
 * the call's own timeout.
 */
export class Calls {
  readonly #inFlight = new Set<AbortController>();
  #cancelled: Error | undefined;

  get idle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Aborts every call in flight, and every later one at its start. */
  cancel(reason: string): void {
    this.#cancelled ??= new CancelledError(reason);
    for (const controller of this.#inFlight) controller.abort(this.#cancelled);
  }

  /** Aborts every call in flight, and waits for them until then. */
  async end(deadline: number): Promise<void> {
    this.cancel("the plugin is stopping");
    while (!this.idle && Date.now() < deadline)
      await new Promise((wake) => setTimeout(wake, POLL_MS));
  }

  async run<T>(
    options: { timeoutSeconds?: number; onLost?: (lost: () => void) => void },
    work: (signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    if (this.#cancelled) throw this.#cancelled;
    const controller = new AbortController();
    this.#inFlight.add(controller);
    options.onLost?.(() => {
      controller.abort(new CancelledError("the engine dropped the call"));
    });
    const seconds = options.timeoutSeconds ?? 0;
    const timer =
      seconds > 0
        ? setTimeout(
            () => {
              controller.abort(new TimeoutError(`the timeout of ${seconds} s has passed`));
            },
            Math.min(seconds * 1000, maxTimerMs),
          )
        : undefined;
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      this.#inFlight.delete(controller);
    }
  }
}

/** The largest delay that a timer takes; a longer one would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

export class CancelledError extends Error {
  override readonly name = "CancelledError";
}

export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}
