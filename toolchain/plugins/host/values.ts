import { inspect } from "node:util";

/** A property as the engine knows it: JSON, plus secrets, values not known yet, assets and archives. */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | PropertyValue[]
  | PropertyMap
  | Secret
  | Unknown
  | Asset
  | Archive;

export interface PropertyMap {
  [key: string]: PropertyValue;
}

/** A value that the engine must encrypt in state and hide in output. Printing one never shows the value. */
export class Secret {
  constructor(readonly value: PropertyValue) {}

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** A value that only the update will tell. The sentinel carries its type on the wire. */
export class Unknown {
  constructor(readonly sentinel: string = unknownSentinels.string) {}
}

export const unknownSentinels = {
  boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  string: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  list: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  asset: "030794c1-ac77-496b-92df-f27374a8bd58",
  archive: "e48ece36-62e2-4504-bad9-02848725956a",
  map: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
} as const;

/** A file's content: text, a path on this machine, or an address. Old state may have none, only the hash. */
export class Asset {
  constructor(readonly source: { text?: string; path?: string; uri?: string; hash?: string }) {}
}

/** Several files: given one by one, as a folder or archive file on this machine, or as an address. */
export class Archive {
  constructor(
    readonly source: {
      assets?: Record<string, Asset | Archive>;
      path?: string;
      uri?: string;
      hash?: string;
    },
  ) {}
}

export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown) &&
    !(value instanceof Asset) &&
    !(value instanceof Archive)
  );
}

/** The same value with every secret wrapper taken off, at any depth. */
export function reveal(value: PropertyMap): PropertyMap;
export function reveal(value: PropertyValue): PropertyValue;
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map((element) => reveal(element));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

export function containsUnknown(value: PropertyValue | undefined): boolean {
  return contains(value, (inner) => inner instanceof Unknown);
}

export function containsSecret(value: PropertyValue | undefined): boolean {
  return contains(value, (inner) => inner instanceof Secret);
}

function contains(
  value: PropertyValue | undefined,
  test: (value: PropertyValue) => boolean,
): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return contains(value.value, test);
  if (Array.isArray(value)) return value.some((element) => contains(element, test));
  return isPropertyMap(value) && Object.values(value).some((inner) => contains(inner, test));
}
