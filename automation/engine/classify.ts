import {
  CancelledError,
  ConfigError,
  LandfallError,
  LockedError,
  RefusedError,
  StackNotFoundError,
} from "../errors";
import type { ErrorCode, ErrorDetails, Problem } from "../errors";
import type { Diagnostic } from "../events";
import { describeLock, locksInText } from "../locks";
import type { EngineFailure } from "./command";
import { ownFrames } from "./trace";
import { plain } from "./translate";
import { describeUrn, parseUrn } from "./urn";
import {
  engineConfigProblems,
  isBackendDown,
  isDockerDown,
  isProtected,
  isRolledBack,
  missingPlugin,
  programConfigProblems,
  registryFailure,
} from "./words";

/** What is known about a run of the engine that failed. Structured facts come before text. */
export interface FailedRun {
  failure: EngineFailure;
  stack: string;
  diagnostics: readonly Diagnostic[];
  failures: readonly FailedStep[];
  policies: readonly { policy: string; message: string; urn?: string }[];
}

export interface FailedStep {
  urn: string;
  op: string;
  parent?: string;
}

/** The error that a failed run of the engine stands for. */
export function classify(run: FailedRun): LandfallError {
  const { failure } = run;
  if (failure.stopped !== "no") return cancelledRun(run);
  if (failure.cause !== undefined) return notStarted(failure);
  const errors = run.diagnostics.filter(({ severity }) => severity === "error");
  const text = engineText(failure);
  return (
    byPolicy(run, failure) ??
    byResource(run, errors, failure) ??
    first(errors, (diagnostic) => byDiagnostic(diagnostic, failure)) ??
    byText(text, run.stack, failure) ??
    new LandfallError("engine", text === "" ? failure.message : text, { cause: failure })
  );
}

function cancelledRun({ failure, stack }: FailedRun): CancelledError {
  const how =
    failure.stopped === "killed"
      ? " (the engine did not end by itself in time and was killed; the next update mends what it left)"
      : "";
  const doing = failure.run.args[0] ?? "operation";
  return new CancelledError(`${doing} of stack "${stack}" was cancelled${how}`, { cause: failure });
}

function notStarted(failure: EngineFailure): LandfallError {
  const { message = "" } = failure.cause instanceof Error ? failure.cause : {};
  return new LandfallError("toolchain", `the Pulumi engine could not be started: ${message}`, {
    cause: failure,
  });
}

function byPolicy({ policies }: FailedRun, cause: EngineFailure): LandfallError | undefined {
  if (policies.length === 0) return undefined;
  const problems = policies.map(({ policy, message, urn }) => ({
    path: urn === undefined ? policy : `${policy} (${describeUrn(urn)})`,
    message,
  }));
  return new RefusedError(withProblems("policies forbid it", problems), { problems, cause });
}

const codesByType: Record<string, ErrorCode> = {
  "pulumi-nodejs:dynamic/landfall:Gate": "gate_failed",
  "pulumi-nodejs:dynamic/landfall:Task": "migration_failed",
};

function byResource(
  { failures }: FailedRun,
  errors: readonly Diagnostic[],
  cause: EngineFailure,
): LandfallError | undefined {
  if (failures.length === 0) return undefined;
  const problems = failures.map(({ urn, op }) => {
    const words = errors
      .filter((error) => error.urn === urn)
      .map(({ message }) => providerWords(message));
    return {
      path: describeUrn(urn),
      message: [...new Set(words)].join("; ") || `${op} failed`,
      urn,
    };
  });
  const [step] = [...failures].sort((a, b) => rank(a) - rank(b));
  if (!step) return undefined;
  const said = byWords(problems);
  const byType = codesByType[parseUrn(step.urn).type];
  const code = said === "rolled_back" ? said : (byType ?? said ?? "resource_failed");
  const service = serviceOf(step);
  const details: ErrorDetails = {
    urn: step.urn,
    problems: problems.map(({ path, message }) => ({ path, message })),
    cause,
    ...(service === undefined ? {} : { service }),
  };
  return new LandfallError(
    code,
    withProblems(headline(code, service, problems), details.problems ?? []),
    details,
  );
}

function headline(
  code: ErrorCode,
  service: string | undefined,
  problems: readonly Problem[],
): string {
  const lost = first(problems, ({ message }) => registryFailure(message));
  if (code === "registry" && lost) return `registry ${lost.host}: ${lost.step} failed`;
  const of = service === undefined ? "" : ` of service "${service}"`;
  if (code === "rolled_back")
    return `the new revision${of} did not hold, and the platform has put the earlier one back`;
  if (code === "gate_failed")
    return `the new revision${of} did not get ready, and nothing was switched to it`;
  if (code === "migration_failed") return `a one-off task${of} failed, and nothing was switched`;
  return service === undefined ? "the update failed" : `the update failed at service "${service}"`;
}

/** Gates and tasks say most about what is wrong: they go first. */
function rank({ urn }: FailedStep): number {
  return parseUrn(urn).type in codesByType ? 0 : 1;
}

/** A service's resources are children of its component, which carries the service's name. */
function serviceOf({ parent }: FailedStep): string | undefined {
  if (parent === undefined) return undefined;
  const { type, name } = parseUrn(parent);
  return type.startsWith("landfall:") && !type.endsWith(":Environment") ? name : undefined;
}

function byWords(problems: readonly Problem[]): ErrorCode | undefined {
  if (problems.some(({ message }) => isDockerDown(message))) return "docker_unreachable";
  if (problems.some(({ message }) => isRolledBack(message))) return "rolled_back";
  if (problems.some(({ message }) => registryFailure(message) !== undefined)) return "registry";
  if (problems.some(({ message }) => isProtected(message))) return "protected";
  return undefined;
}

/** What the engine says around a provider's message is of no use to a reader. */
function providerWords(message: string): string {
  return ownFrames(plain(message))
    .replace(/^error: /, "")
    .replace(/^(?:sdk-v2\/provider2\.go:\d+: )/, "")
    .trim();
}

function byDiagnostic(
  { message, urn }: Diagnostic,
  cause: EngineFailure,
): LandfallError | undefined {
  const about: ErrorDetails = { cause, ...(urn === undefined ? {} : { urn }) };
  const plugin = missingPlugin(message);
  if (plugin !== undefined) return new LandfallError("plugin_missing", plugin, about);
  const problems = programConfigProblems(message);
  if (problems.length > 0) return new ConfigError(problems, { cause });
  if (isProtected(message)) return new LandfallError("protected", ownFrames(message), about);
  if (isDockerDown(message))
    return new LandfallError("docker_unreachable", ownFrames(message), about);
  if (/^(?:update|preview|destroy|refresh) failed$|^an unhandled error occurred/i.test(message))
    return undefined;
  const code =
    urn === undefined || parseUrn(urn).type === "pulumi:pulumi:Stack"
      ? "program"
      : "resource_failed";
  return new LandfallError(code, ownFrames(message), about);
}

/** The engine's refusals before it starts anything come as text alone. */
function byText(text: string, stack: string, cause: EngineFailure): LandfallError | undefined {
  if (/stack is currently locked by|Another update is currently in progress/i.test(text))
    return locked(text, stack, cause);
  if (
    /incorrect passphrase|passphrase must be set|could not decrypt|message authentication failed/i.test(
      text,
    )
  ) {
    return new LandfallError(
      "wrong_passphrase",
      `the secrets of stack "${stack}" cannot be opened: ${text}`,
      { cause },
    );
  }
  if (/no stack named .* found/.test(text))
    return new StackNotFoundError(`there is no stack "${stack}"`, { cause });
  const config = engineConfigProblems(text);
  if (config.length > 0) return new ConfigError(config, { cause });
  const plugin = missingPlugin(text);
  if (plugin !== undefined) return new LandfallError("plugin_missing", plugin, { cause });
  if (/refusing to (?:delete|remove) stack|still has resources/i.test(text))
    return new RefusedError(text, { cause });
  if (isProtected(text)) return new RefusedError(text, { code: "protected", cause });
  if (isBackendDown(text)) return new LandfallError("backend_unreachable", text, { cause });
  return undefined;
}

function locked(text: string, stack: string, cause: EngineFailure): LockedError {
  const [lock] = locksInText(text);
  const by = lock === undefined ? "" : `: ${describeLock(lock)}`;
  return new LockedError(`another update holds the lock of stack "${stack}"${by}`, {
    cause,
    ...(lock === undefined ? {} : { lock }),
  });
}

/** What the engine printed about its failure, without decoration. */
export function engineText({ run }: EngineFailure): string {
  const text = plain(run.stderr.trim() === "" ? run.stdout : run.stderr);
  return text
    .split("\n")
    .filter((line) => !/^warning: /.test(line))
    .join("\n")
    .replace(/^error: /gm, "")
    .trim()
    .slice(-4000);
}

function withProblems(head: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ path, message }) => `${path}: ${message}`);
  return lines.length === 1
    ? `${head}: ${lines[0] ?? ""}`
    : `${head}:\n${lines.map((l) => `  ${l}`).join("\n")}`;
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
