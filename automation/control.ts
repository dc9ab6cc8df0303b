import type { DeployEvent } from "./events";

/** What only a program can pass to an operation. */
export interface Control {
  /** Stops the operation: see docs/automation.md for what is left behind. */
  signal?: AbortSignal;
  /** Called with every event, redacted, in order. An alternative to `operation.events`. */
  onEvent?: (event: DeployEvent) => void;
}

/**
 * An operation under way. Await it for its result; iterate over `events` for what happens meanwhile:
 *
 * ```ts
 * const operation = deployer.up({ stack: "dev" });
 * for await (const event of operation.events) console.log(event.kind);
 * const result = await operation;
 * ```
 *
 * The events end when the operation does, also when it fails; they never throw. Leaving the loop early
 * neither stops the operation nor holds memory. Iterations that start late see every event from the beginning
 * as long as none has been consumed; each event is delivered once per operation.
 */
export interface Operation<Result> extends PromiseLike<Result> {
  /** Everything that happens, in order, redacted. */
  readonly events: AsyncIterable<DeployEvent>;
  /** The result as a real promise. */
  readonly result: Promise<Result>;
  /** The same as aborting the signal. */
  cancel(reason?: string): void;
  catch<Other>(
    onRejected: (reason: unknown) => Other | PromiseLike<Other>,
  ): Promise<Result | Other>;
  finally(onFinally: () => void): Promise<Result>;
}
