import { isProduction, levelsFor } from "../../policies/settings";
import { rules } from "../../policies/rules";
import { visibleIn } from "../../policies/wire";
import type { Recorded } from "./recorder";
import { compare } from "./graph";
import type { OfflineViolation } from "./types";

/** Asks the rules of the policy pack of every resource, with the levels that the pack would take. */
export function violationsOf(
  recorded: readonly Recorded[],
  stack: string,
  config: Readonly<Record<string, string>>,
): OfflineViolation[] {
  const levels = levelsFor(
    stack,
    objectIn(config, "landfall:policies"),
    rules.map(({ name }) => name),
  );
  const declared = {
    backups: objectIn(config, "landfall:backups"),
    production: isProduction(stack),
  };
  const found = recorded.flatMap(({ urn, type, name, protect, wire }) => {
    const subject = { type, name, protect, ...visibleIn(wire) };
    return rules.flatMap(({ name: rule, fix, check }): OfflineViolation[] => {
      const level = levels.of(rule);
      if (level !== "mandatory" && level !== "advisory") return [];
      const complaints = check(subject, declared);
      if (complaints.length === 0) return [];
      return [{ rule, level, urn, message: `${complaints.join("; ")}. ${fix}` }];
    });
  });
  return found.sort((a, b) => compare(`${a.rule} ${a.urn}`, `${b.rule} ${b.urn}`));
}

/** @throws Error when it is no object */
function objectIn(config: Readonly<Record<string, string>>, key: string): Record<string, unknown> {
  const text = config[key];
  if (text === undefined || text === "") return {};
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${key} must be an object`);
}
