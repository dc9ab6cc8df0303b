/** What Pulumi puts around a secret on the wire. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What stands on the wire for a value that is not known before the update, by its type. */
const unknowns: readonly unknown[] = [
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** Inputs as rules see them: what may be shown, and the names of the others. */
export interface Visible {
  inputs: Record<string, unknown>;
  hidden: Set<string>;
}

/** Parts properties, as they are on the wire, into what may be shown and what is secret or not known yet. */
export function visibleIn(properties: Readonly<Record<string, unknown>>): Visible {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return {
    inputs: Object.fromEntries(
      entries.flatMap(([key, value]) => (isHidden(value) ? [] : [[key, plain(value)] as const])),
    ),
    hidden: new Set(entries.flatMap(([key, value]) => (isHidden(value) ? [key] : []))),
  };
}

/** Whether a value on the wire is a secret. */
export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<string, unknown>)[signature] === secretSignature
  );
}

/** The value as a secret, as it is on the wire. */
export function asSecret(value: unknown): Record<string, unknown> {
  return { [signature]: secretSignature, value };
}

/** Whether a value on the wire stands for one that is not known yet. */
export function isUnknown(value: unknown): boolean {
  return unknowns.includes(value);
}

/** Whether a value on the wire is an asset, an archive or a reference to a resource. */
export function isSpecial(value: object): boolean {
  return signature in value;
}

function isHidden(value: unknown): boolean {
  return isSecret(value) || isUnknown(value);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isHidden(item)).map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !isHidden(item));
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}
