import { isSecret, isSpecial, isUnknown } from "../../policies/wire";
import { redacted } from "../../components/redaction/redactor";

/** What stands where a value is known only during the update. */
const unknown = "[unknown]";

/** Inputs as they are shown and saved: secrets hidden, documents of JSON read, without what only an engine needs. */
export function shownInputs(wire: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return sorted(
    Object.entries(wire)
      // The program of a dynamic resource: the same for all of its kind.
      .filter(([key, value]) => key !== "__provider" && value !== undefined && value !== null)
      .map(([key, value]) => [key, shown(value)]),
  );
}

function shown(value: unknown): unknown {
  if (isSecret(value)) return redacted;
  if (isUnknown(value)) return unknown;
  if (typeof value === "string") return document(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  if (isSpecial(value)) return special(value as Record<string, unknown>);
  return sorted(Object.entries(value).map(([key, each]) => [key, shown(each)]));
}

/** Policies and container definitions are JSON in a text: read, two of them can be compared. */
function document(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function special({ urn, hash, path, uri }: Record<string, unknown>): unknown {
  if (typeof urn === "string") return urn;
  const [what] = [path, uri, hash].filter((each) => typeof each === "string");
  return `[file ${what ?? "in memory"}]`;
}

/** Programs may build their objects in any order. */
function sorted(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
