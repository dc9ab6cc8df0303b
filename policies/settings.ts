import type { EnforcementLevel } from "@pulumi/policy";

/** What a stack's config may say about each rule. */
const levels = ["mandatory", "advisory", "disabled"] as const;

/** How strictly each rule is held to, from the stack's name and its config `landfall:policies`. */
export interface Levels {
  of: (rule: string) => EnforcementLevel;
}

/**
 * @param stack its name: production's rules are mandatory, elsewhere they advise
 * @param chosen level by rule's name, `all` for those that are not named
 * @throws Error for a rule or a level that is none
 */
export function levelsFor(
  stack: string,
  chosen: Readonly<Record<string, unknown>>,
  rules: readonly string[],
): Levels {
  for (const [rule, level] of Object.entries(chosen)) {
    if (rule !== "all" && !rules.includes(rule))
      throw new Error(`landfall:policies: there is no rule ${rule}; there are ${rules.join(", ")}`);
    if (!isLevel(level))
      throw new Error(`landfall:policies.${rule}: must be one of ${levels.join(", ")}`);
  }
  const usual: EnforcementLevel = isProduction(stack) ? "mandatory" : "advisory";
  return {
    of: (rule) => {
      const level = chosen[rule] ?? chosen.all;
      return isLevel(level) ? level : usual;
    },
  };
}

/** Whether a stack is one that must not break: its name says so. */
export function isProduction(stack: string): boolean {
  return /^prod(uction)?([-._].*)?$/.test(stack);
}

function isLevel(value: unknown): value is (typeof levels)[number] {
  return levels.some((level) => level === value);
}
