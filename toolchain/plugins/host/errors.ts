import type { PropertyMap } from "./values";

/**
 * The resource exists but did not become what it should: the engine records it with these values, so that it is
 * never leaked, and the next update updates or replaces it.
 */
export class ResourceInitError extends Error {
  override readonly name = "ResourceInitError";
  readonly id: string;
  readonly state: PropertyMap;
  readonly inputs: PropertyMap | undefined;
  readonly reasons: readonly string[];

  constructor(
    message: string,
    made: { id: string; state: PropertyMap; inputs?: PropertyMap; reasons?: readonly string[] },
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.id = made.id;
    this.state = made.state;
    this.inputs = made.inputs;
    this.reasons = made.reasons ?? [message];
  }
}

/** A call that cannot be served because of what it asks for: an import by a malformed id, an unknown token. */
export class InvalidRequestError extends Error {
  override readonly name = "InvalidRequestError";
}
