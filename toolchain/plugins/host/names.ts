import { seededHex } from "./seed";
import type { CheckFailure, CheckRequest } from "./types";

const suffixLength = 7;

export type AutomaticName =
  | { readonly name: string; readonly failure?: undefined }
  | { readonly name?: undefined; readonly failure: CheckFailure };

/**
 * The physical name of a resource that the program did not name: kept from the last update where that had an
 * automatic one, else made as the user configured, else the resource's name with seven random hex digits. It
 * follows from the engine's seed, so that a preview shows the name that the update will use.
 */
export function automaticName(
  request: Pick<CheckRequest, "name" | "olds" | "randomSeed" | "autonaming">,
  property = "name",
): AutomaticName {
  const { olds, autonaming } = request;
  const taken = olds.__defaults;
  // A refresh by the official plugin takes the list of defaults away; then any old name is kept.
  const kept = !Array.isArray(taken) || taken.includes(property);
  const old = kept ? olds[property] : undefined;
  if (typeof old === "string") return { name: old };
  if (autonaming?.mode === "disable") {
    const reason = `automatic naming is switched off in the project, so ${property} is required`;
    return { failure: { property, reason } };
  }
  if (autonaming) return { name: autonaming.proposedName };
  return { name: `${request.name}-${seededHex(request.randomSeed, suffixLength)}` };
}
