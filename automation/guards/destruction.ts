import { dataLosses, forbiddenLosses } from "../dataHolders";
import { keptByProtection, realResources } from "../engine/state";
import type { DestroyArgs } from "../operations";
import type { DataLoss } from "../results";
import type { Session } from "../session";
import type { Prepared } from "../verbs/prepare";

/** What a destroy takes that holds data. */
export interface Destruction {
  losses: DataLoss[];
  /** What of it nothing has allowed: while there is any, nothing is destroyed. */
  forbidden: DataLoss[];
}

/**
 * Looks at what a destroy would take. What is not protected needs its name among `allowDataLoss`, unless all data is
 * given up anyway: by `includeProtected`, which takes even more, or by the stack's config, where
 * `deletionProtection: false` says that its data may go.
 */
export function destruction(
  { project }: Pick<Session, "project">,
  { state, config }: Pick<Prepared, "state" | "config">,
  { includeProtected = false, allowDataLoss = [] }: DestroyArgs,
): Destruction {
  const kept = includeProtected ? undefined : keptByProtection(state.resources);
  const steps = realResources(state)
    .filter(({ urn }) => kept?.has(urn) !== true)
    .map(({ urn, type }) => ({ op: "delete", urn, type }));
  const losses = dataLosses(steps, state.resources);
  const given = includeProtected || config[`${project.name}:deletionProtection`]?.value === "false";
  return { losses, forbidden: given ? [] : forbiddenLosses(losses, allowDataLoss) };
}
