import { LandfallError } from "./errors";
import type { StepMetadata } from "./engine/types";
import { describeUrn } from "./engine/urn";

/** What one update is held to while the engine runs. */
export interface Oversight {
  /** Folders of policy packs that every run is held to. */
  policyPacks: string[];
  /** The steps that the first run may take, by URN; undefined where it may take any. */
  planned?: ReadonlyMap<string, string>;
}

/** Steps that change nothing. */
const idle: readonly string[] = ["same", "read", "read-replacement", "read-discard", "refresh"];

/** A step in the word that plans use: a replacement has several steps, and is one. */
export function plannedOp(op: string): string | undefined {
  if (idle.includes(op)) return undefined;
  return op.includes("replace") ? "replace" : op;
}

/** What of a step the plan does not list; undefined when it does. */
export function beyondPlan(
  planned: ReadonlyMap<string, string>,
  { op, urn, type }: Pick<StepMetadata, "op" | "urn" | "type">,
): string | undefined {
  const doing = plannedOp(op);
  // Providers hold nothing: they are brought in line with their plugins' versions as they come.
  if (doing === undefined || type.startsWith("pulumi:providers:")) return undefined;
  const listed = planned.get(urn);
  if (listed === doing) return undefined;
  const plan = listed === undefined ? "does not name it" : `says ${listed}`;
  return `${describeUrn(urn)}: ${doing}, and the plan ${plan}`;
}

export function beyondPlanError(found: readonly string[], cause: unknown): LandfallError {
  const what = found.join("; ");
  return new LandfallError(
    "beyond_plan",
    `the update went beyond its plan and was stopped: ${what}`,
    {
      cause,
    },
  );
}
