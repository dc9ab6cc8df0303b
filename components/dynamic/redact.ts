import { Redactor } from "../redaction/redactor";

const SECRET_NAME = /pass|secret|token|key|credential|auth|dsn|_url$|^url$|_uri$/i;

/** Removes secret values from a text, in the forms in which programs print them. */
export type Redact = (text: string) => string;

/** Takes out what a container may print of its environment, where nothing but the variables' names says what is secret. */
export function redactorOf(
  env: Readonly<Record<string, string>>,
  secretNames: readonly string[] = [],
): Redact {
  const named = new Set(secretNames);
  const secrets = Object.entries(env).flatMap(([name, value]) => [
    ...(named.has(name) || SECRET_NAME.test(name) ? [value] : []),
    ...passwordsIn(value),
  ]);
  // Made when there is something to show: states are looked at several times a second.
  let redactor: Redactor | undefined;
  return (text) => (redactor ??= new Redactor(secrets)).text(text);
}

/** The environment of an inspected container as a record; the daemon says null where there is none. */
export function envRecord(lines: string[] | null): Record<string, string> {
  return Object.fromEntries(
    (lines ?? []).map((line): [string, string] => {
      const split = line.indexOf("=");
      return split < 0 ? [line, ""] : [line.slice(0, split), line.slice(split + 1)];
    }),
  );
}

function passwordsIn(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(value)?.[1];
  if (password === undefined) return [];
  return [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
