import { createHash } from "node:crypto";
import type { Problems } from "./errors";

const COMPONENT_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The longest name of a component: with project, stack, revision and suffix it must stay a DNS label (63). */
const LONGEST_NAME = 24;

/** Notes a mistake where a name cannot become a host name, a label and a part of a physical name. */
export function checkName(name: string, path: string, problems: Problems): void {
  const rule = `must be 2 to ${LONGEST_NAME} lower-case letters, digits and single hyphens, starting with a letter`;
  const fits =
    typeof name === "string" &&
    name.length >= 2 &&
    name.length <= LONGEST_NAME &&
    COMPONENT_NAME.test(name);
  problems.require(fits, path, rule, name);
}

/** Joins the parts of a physical name, made safe for Docker, DNS and AWS alike. */
export function physicalName(...parts: readonly string[]): string {
  return shortName(63, ...parts);
}

/** A physical name of something that takes fewer letters than DNS does: 32, such as a load balancer. */
export function shortName(longest: number, ...parts: readonly string[]): string {
  const name = parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  // A cut name keeps its end apart from others' by a hash of the whole.
  return name.length <= longest ? name : `${name.slice(0, longest - 9)}-${digestOf(name, 8)}`;
}

/** The first hex digits of the SHA-256 of any plain data, whatever the order of its keys. */
export function digestOf(data: unknown, length = 8): string {
  return createHash("sha256").update(stableJson(data)).digest("hex").slice(0, length);
}

/** JSON with sorted keys and without undefined members: equal data gives equal text. */
export function stableJson(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(byKey)) : value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
