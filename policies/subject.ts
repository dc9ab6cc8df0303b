import type { ResourceValidationArgs } from "@pulumi/policy";

import { visibleIn } from "./wire";
import type { Visible } from "./wire";

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

const visible = Symbol("visible");

/**
 * The policy SDK hands secrets to policies in plain, and does not say that they are. Whether a variable is secret is
 * the very question of one rule, so what it deserialises is looked at before; its version is pinned.
 */
export function watchSecrets(deserialization: unknown): void {
  const { deserializeProperties: original } = deserialization as Deserialization;
  const deserializeProperties: Deserialization["deserializeProperties"] = (struct, ...rest) => {
    const properties = original(struct, ...rest);
    const seen = visibleIn(struct.toJavaScript());
    // As a function: what policies are given is wrapped by proxies, and so would the result be.
    Object.defineProperty(properties, visible, { value: () => seen, configurable: true });
    return properties;
  };
  Object.assign(deserialization as Deserialization, { deserializeProperties });
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
