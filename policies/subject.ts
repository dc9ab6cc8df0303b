import type { ResourceValidationArgs } from "@pulumi/policy";
import * as deserialization from "@pulumi/policy/deserialize";

/** One resource as a rule sees it. */
export interface Subject {
  type: string;
  name: string;
  protect: boolean;
  /** Inputs without what is secret or not known yet: a rule can neither show the one nor stumble over the other. */
  inputs: Readonly<Record<string, unknown>>;
  /** Inputs that are there, but secret or not known yet. */
  hidden: ReadonlySet<string>;
}

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

const visible = Symbol("visible");

interface Visible {
  inputs: Record<string, unknown>;
  hidden: Set<string>;
}

/**
 * The policy SDK hands secrets to policies in plain, and does not say that they are. Whether a variable is secret is
 * the very question of one rule, so what it deserialises is looked at before; its version is pinned.
 */
export function watchSecrets(): void {
  const { deserializeProperties: original } = deserialization as unknown as Deserialization;
  const deserializeProperties: Deserialization["deserializeProperties"] = (struct, ...rest) => {
    const properties = original(struct, ...rest);
    const seen = visibleIn(struct.toJavaScript());
    // As a function: what policies are given is wrapped by proxies, and so would the result be.
    Object.defineProperty(properties, visible, { value: () => seen, configurable: true });
    return properties;
  };
  Object.assign(deserialization, { deserializeProperties });
}

/** The part of the SDK that its typings leave out. */
interface Deserialization {
  deserializeProperties: (
    struct: { toJavaScript: () => Record<string, unknown> },
    ...rest: unknown[]
  ) => object;
}

/** What a policy is given, as a rule sees it. */
export function subjectOf({ type, name, opts, props }: ResourceValidationArgs): Subject {
  const known = (props as { [visible]?: () => Visible })[visible]?.() ?? visibleIn(props);
  return { type, name, protect: opts.protect, ...known };
}

function visibleIn(properties: Readonly<Record<string, unknown>>): Visible {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return {
    inputs: Object.fromEntries(
      entries.flatMap(([key, value]) => (isHidden(value) ? [] : [[key, plain(value)] as const])),
    ),
    hidden: new Set(entries.flatMap(([key, value]) => (isHidden(value) ? [key] : []))),
  };
}

function isHidden(value: unknown): boolean {
  if (typeof value === "object" && value !== null)
    return (value as Record<string, unknown>)[signature] === secretSignature;
  return unknowns.includes(value);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isHidden(item)).map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !isHidden(item));
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}
