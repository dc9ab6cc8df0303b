import { Channel } from "./channel";
import type { Clock } from "./clock";
import type { Control, Operation } from "./control";
import { CancelledError } from "./errors";
import type { DeployEvent, EventBody, PhaseName } from "./events";
import { Redactor } from "../components/redaction/redactor";
import { redactError } from "./redactError";
import type { PhaseTiming } from "./results";

/** What an operation's steps share: signal, redactor, events and the time each phase took. */
export class OperationContext {
  readonly redactor = new Redactor();
  readonly phases: PhaseTiming[] = [];
  private sequence = 0;

  constructor(
    readonly operation: string,
    readonly stack: string,
    readonly signal: AbortSignal,
    readonly clock: Clock,
    private readonly deliver: (event: DeployEvent) => void,
  ) {}

  emit(body: EventBody): void {
    this.sequence++;
    this.deliver({
      sequence: this.sequence,
      time: new Date(this.clock.now()).toISOString(),
      operation: this.operation,
      stack: this.stack,
      ...this.redactor.data(body),
    });
  }

  /** @throws CancelledError once the operation was asked to stop. */
  check(): void {
    if (this.signal.aborted) throw cancelled(this);
  }

  /** Runs a step as a phase that is timed and told of. */
  async phase<T>(phase: PhaseName, step: () => Promise<T>): Promise<T> {
    this.check();
    const started = this.clock.now();
    this.emit({ kind: "phase", phase, state: "started" });
    let state: "finished" | "failed" = "failed";
    try {
      const result = await step();
      state = "finished";
      return result;
    } finally {
      const durationMs = Math.round(this.clock.now() - started);
      this.phases.push({ phase, durationMs });
      this.emit({ kind: "phase", phase, state, durationMs });
    }
  }
}

/** The error of an operation that was asked to stop. */
export function cancelled(
  context: Pick<OperationContext, "operation" | "stack" | "signal">,
): CancelledError {
  const { reason } = context.signal as { reason?: unknown };
  const why = typeof reason === "string" && reason !== "" ? `: ${reason}` : "";
  const of = context.stack === "" ? "" : ` of stack "${context.stack}"`;
  return new CancelledError(`${context.operation}${of} was cancelled${why}`, { cause: reason });
}

/** A listener that throws must not stop a deployment half way; its error is shown as a process warning. */
function tell({ onEvent }: Control, event: DeployEvent): void {
  try {
    onEvent?.(event);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

export interface OperationSubject {
  operation: string;
  stack: string;
  clock: Clock;
  /** Give the result as it is: its secrets were asked for. @default false */
  keepsSecrets?: boolean;
}

/** Starts an operation now and gives its handle. */
export function startOperation<Result>(
  about: OperationSubject,
  control: Control,
  run: (context: OperationContext) => Promise<Result>,
): Operation<Result> {
  const abort = new AbortController();
  const forward = (): void => {
    abort.abort(control.signal?.reason);
  };
  if (control.signal?.aborted === true) forward();
  else control.signal?.addEventListener("abort", forward, { once: true });

  const channel = new Channel<DeployEvent>();
  const context = new OperationContext(
    about.operation,
    about.stack,
    abort.signal,
    about.clock,
    (event) => {
      channel.push(event);
      tell(control, event);
    },
  );
  const result = Promise.resolve()
    .then(() => {
      context.check();
      return run(context);
    })
    .then(
      (value) => (about.keepsSecrets === true ? value : context.redactor.data(value)),
      (error: unknown) => {
        throw redactError(error, context.redactor);
      },
    )
    .finally(() => {
      control.signal?.removeEventListener("abort", forward);
      channel.end();
    });
  // The rejection belongs to whoever awaits; one who only reads the events must not bring the process down.
  result.catch(() => undefined);
  return {
    events: channel,
    result,
    cancel: (reason) => {
      abort.abort(reason);
    },
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    catch: (onRejected) => result.catch(onRejected),
    finally: (onFinally) => result.finally(onFinally),
  };
}
