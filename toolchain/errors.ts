/** The toolchain could not be made ready; the message lists what was tried and what to do. */
export class ToolchainError extends Error {
  override readonly name: string = "ToolchainError";

  constructor(
    message: string,
    /** What was tried and why it was not taken, one line each. */
    readonly attempts: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
