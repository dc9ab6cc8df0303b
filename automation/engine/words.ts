import { registryOf } from "../../toolchain/plugins/docker/client/registryAuth";
import type { Problem } from "../errors";
import { ownFrames, thrownMessage } from "./trace";
import { plain } from "./translate";

/** What the engine, the SDK and providers say in words alone: checked against them in test/engine. */

/** Config that the program itself refuses: by the SDK's own errors, or by the components' collected ones. */
export function programConfigProblems(message: string): Problem[] {
  const words = thrownMessage(message);
  const invalid = /^(?:[^\n]*InvalidArgumentsError: )?([^\n]*): \d+ problems?\n([\s\S]*)$/.exec(
    words,
  );
  if (invalid) {
    const [, subject = "", lines = ""] = invalid;
    return lines
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => splitProblem(line.trim(), subject));
  }
  const missing = /Missing required configuration variable '([^']+)'/.exec(words);
  if (missing?.[1]) return [{ path: missing[1], message: "is required and has no value" }];
  const wrong = /Configuration '([^']+)' (value .*|.*is not a valid.*)/.exec(words);
  if (wrong?.[1]) return [{ path: wrong[1], message: wrong[2] ?? "" }];
  return [];
}

function splitProblem(line: string, subject: string): Problem {
  const match = /^([^\s:]+(?::[^\s:]+)?): (.*)$/.exec(line);
  const path = match?.[1] ?? "";
  const message = match?.[2] ?? line;
  return {
    path:
      subject.startsWith("stack config") || path.includes(":") ? path : `${subject} ${path}`.trim(),
    message,
  };
}

/** The message of a plugin that is missing; undefined when the text is about something else. */
export function missingPlugin(text: string): string | undefined {
  const named =
    /no (\w+) plugin '(?:pulumi-\w+-)?([\w-]+)' found|could not (?:find|load) (?:latest version for )?(?:provider|plugin) ([\w-]+)|(?:failed to load|could not load) plugin (?:for )?([\w-]+)/i.exec(
      text,
    );
  if (!named && !/no [\w ]*plugin .*found/i.test(text)) return undefined;
  const name = named?.[2] ?? named?.[3] ?? named?.[4];
  const what = name === undefined ? "a plugin is missing" : `the plugin "${name}" is missing`;
  return `${what}: ${ownFrames(plain(text))
    .replace(/^error: /, "")
    .trim()}`;
}

/** Whether a resource was refused because it is protected. */
export function isProtected(text: string): boolean {
  return /cannot be deleted\s+because it is protected|is marked for protection|as it is currently protected|resource .* cannot be (?:deleted|replaced).*protect/is.test(
    text,
  );
}

/** Whether the Docker daemon did not answer. */
export function isDockerDown(text: string): boolean {
  return /cannot connect to the docker daemon|connect (?:ENOENT|ECONNREFUSED|EACCES) [^\s]*docker[^\s]*\.sock|docker daemon (?:does not answer|is not running)|error pinging docker/i.test(
    text,
  );
}

/** Whether the platform has put an earlier revision back by itself, as a gate that waited for the new one says it. */
export function isRolledBack(text: string): boolean {
  return /\b(?:has been rolled back|rolled it back)\b/i.test(text);
}

/** What a registry did not do, as the docker plugin says it; undefined when the text is about something else. */
export function registryFailure(text: string): { host: string; step: string } | undefined {
  const [, step, reference = ""] =
    /Docker could not (push|pull) (\S+?)(?:, which it does not have)?: /.exec(text) ?? [];
  // An image id is in no registry: it is the engine that lacks it.
  if (step === undefined || reference.startsWith("sha256:")) return undefined;
  return { host: registryOf(reference), step: `${step} of ${reference}` };
}

/** Whether the state backend did not answer, or refused. */
export function isBackendDown(text: string): boolean {
  return /unable to open bucket|PULUMI_ACCESS_TOKEN must be set|could not list bucket|problem logging in|connection refused|no such host|i\/o timeout|NoCredentialProviders|failed to (?:read|load) (?:meta|checkpoint)|\.pulumi\/meta\.yaml|Unauthorized|unable to check if bucket/i.test(
    text,
  );
}

/** Config that the engine itself refuses, before it runs the program. */
export function engineConfigProblems(text: string): Problem[] {
  const missing = /is missing configuration values? (.*)$/m.exec(text)?.[1];
  if (missing !== undefined) {
    return Array.from(missing.matchAll(/'([^']+)'/g), ([, path = ""]) => ({
      path,
      message: "is required and has no value",
    }));
  }
  const wrong = /configuration key '([^']+)' must be of type '([^']+)'/.exec(text);
  return wrong?.[1]
    ? [{ path: wrong[1], message: `must be of type ${wrong[2] ?? "unknown"}` }]
    : [];
}
