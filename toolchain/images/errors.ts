import { ToolchainError } from "../errors";
import type { BaseImageName } from "./catalog";

/** An image of which no source could give it. */
export interface FailedImage {
  name: BaseImageName;
  /** What was tried and how it ended, one line each. */
  attempts: string[];
  /** The log's last lines about it. */
  tail: string[];
}

/** Base images are missing; the message says what was tried for each, where the log is and what to do. */
export class BaseImageError extends ToolchainError {
  override readonly name: string = "BaseImageError";

  constructor(
    readonly failed: readonly FailedImage[],
    readonly logFile: string,
    options?: ErrorOptions,
  ) {
    const names = failed.map(({ name }) => name).join(", ");
    const details = failed.flatMap(({ name, attempts, tail }) => [
      `${name}:`,
      ...attempts.map((attempt) => `  - ${attempt}`),
      ...tail.map((line) => `  | ${line}`),
    ]);
    super(
      [
        `cannot provide the base images ${names}`,
        ...details,
        `The whole log is ${logFile}.`,
        "Let the Docker daemon reach a registry, or this host a Debian mirror through apt, and run it again: " +
          "what is done already is kept.",
      ].join("\n"),
      failed.flatMap(({ name, attempts }) => attempts.map((attempt) => `${name}: ${attempt}`)),
      options,
    );
  }
}
