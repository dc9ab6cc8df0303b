import { errorTable, exitCodes } from "./errorTable";
import type { ErrorCode, ExitCode } from "./errorTable";
import type { LockHolder } from "./results";

export * from "./errorTable";

/** One thing that is wrong: of an argument, a config key or a resource. */
export interface Problem {
  /** Argument or config key (`landfall:webPort`), or URN. */
  path: string;
  /** The rule and the received value; never a secret's. */
  message: string;
}

/** An error as plain data: what records and JSON output hold. */
export interface ErrorInfo {
  code: ErrorCode;
  message: string;
  fix: string;
  /** All problems together, where there are several. */
  problems?: Problem[];
  /** The service that failed, where it is one service's. */
  service?: string;
  /** The resource that failed. */
  urn?: string;
  /** Known stack names, of `stack_not_found`. */
  stacks?: string[];
  lock?: LockHolder;
}

export interface ErrorDetails extends Omit<ErrorInfo, "code" | "message" | "fix"> {
  fix?: string;
  cause?: unknown;
}

/** Base of everything that an operation rejects with. `code` is for programs, `message` for people. */
export class LandfallError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly fix: string;
  readonly problems: readonly Problem[];
  readonly service?: string;
  readonly urn?: string;
  readonly stacks?: readonly string[];
  readonly lock?: LockHolder;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = errorTable[code].exitCode;
    this.fix = details.fix ?? errorTable[code].fix;
    this.problems = details.problems ?? [];
    if (details.service !== undefined) this.service = details.service;
    if (details.urn !== undefined) this.urn = details.urn;
    if (details.stacks !== undefined) this.stacks = details.stacks;
    if (details.lock !== undefined) this.lock = details.lock;
  }

  /** Plain data for a record, a reply or `--json`. */
  toJSON(): ErrorInfo {
    return {
      code: this.code,
      message: this.message,
      fix: this.fix,
      ...(this.problems.length > 0 && { problems: [...this.problems] }),
      ...(this.service !== undefined && { service: this.service }),
      ...(this.urn !== undefined && { urn: this.urn }),
      ...(this.stacks !== undefined && { stacks: [...this.stacks] }),
      ...(this.lock !== undefined && { lock: this.lock }),
    };
  }
}

/** An argument is missing, unknown or wrong. */
export class UsageError extends LandfallError {
  constructor(problems: Problem[], details: ErrorDetails = {}) {
    super("usage", listed("wrong arguments", problems), { ...details, problems });
  }
}

/** The stack's config breaks its rules; all problems at once. */
export class ConfigError extends LandfallError {
  constructor(problems: Problem[], details: ErrorDetails = {}) {
    super("config", listed("wrong config", problems), { ...details, problems });
  }
}

/** The backend has no such stack. */
export class StackNotFoundError extends LandfallError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("stack_not_found", message, details);
  }
}

/** Another update holds the stack's lock. */
export class LockedError extends LandfallError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("locked", message, details);
  }
}

/** The operation was cancelled by its signal. */
export class CancelledError extends LandfallError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("cancelled", message, details);
  }
}

/** A policy or a safety gate forbids it. */
export class RefusedError extends LandfallError {
  constructor(
    message: string,
    details: ErrorDetails & { code?: "refused" | "image_gone" | "protected" } = {},
  ) {
    super(details.code ?? "refused", message, details);
  }
}

/** The exit code of anything that was thrown: 1 for what is not ours. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof LandfallError ? error.exitCode : exitCodes.failed;
}

function listed(what: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return lines.length === 1
    ? (lines[0] ?? what)
    : `${what}:\n${lines.map((l) => `  ${l}`).join("\n")}`;
}
