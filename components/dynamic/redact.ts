const SECRET_NAME = /pass|secret|token|key|credential|auth|dsn|_url$|^url$|_uri$/i;
/** Shorter values are too common to be blotted out without making the text useless. */
const SHORTEST = 4;
const BLOT = "[secret]";

/** Removes secret values from a text, in the forms in which programs print them. */
export type Redactor = (text: string) => string;

/** A redactor for what a container may print of its environment. */
export function redactorOf(env: Record<string, string>, secretNames: string[] = []): Redactor {
  const named = new Set(secretNames);
  const secrets = Object.entries(env).flatMap(([name, value]) => [
    ...(named.has(name) || SECRET_NAME.test(name) ? [value] : []),
    ...passwordsIn(value),
  ]);
  const forms = [...new Set(secrets.filter((value) => value.length >= SHORTEST).flatMap(formsOf))];
  // Longest first, so that a value that contains another goes as a whole.
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, BLOT), text);
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

function formsOf(value: string): string[] {
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
  ];
}
