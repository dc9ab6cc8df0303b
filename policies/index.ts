import type { EnforcementLevel, ResourceValidationPolicy } from "@pulumi/policy";
import * as deserialization from "@pulumi/policy/deserialize";

import { rules } from "./rules";
import type { Declared } from "./rule";
import { subjectOf, watchSecrets } from "./subject";

export { rules } from "./rules";
export type { Declared, Rule } from "./rule";
export { isProduction, levelsFor } from "./settings";
export type { Levels } from "./settings";
export type { Subject } from "./subject";

/**
 * The rules as policies, for a pack of your own:
 * `new PolicyPack("ours", { policies: [...landfallPolicies(() => "mandatory", { backups: {} }), …] })`.
 * @param declared what the rules are told; with `production` they ask for what only production needs as well
 */
export function landfallPolicies(
  level: (rule: string) => EnforcementLevel,
  declared: Declared,
): ResourceValidationPolicy[] {
  watchSecrets(deserialization);
  return rules.map(({ name, description, fix, check }) => ({
    ...{ name, description, remediationSteps: fix, enforcementLevel: level(name) },
    validateResource: (args, report) => {
      const found = check(subjectOf(args), declared);
      if (found.length > 0) report(`${found.join("; ")}. ${fix}`);
    },
  }));
}
