/** Label that tells to which deployment, that is: to which state, a Docker object belongs. */
export const OWNER_LABEL = "landfall.owner";

/** Stands for the owner of objects without that label: those of stacks that were deployed before there was one. */
export const NO_OWNER = "none";

/** The owner that an object's labels tell. */
export function ownerIn(labels: Readonly<Record<string, string>> | null | undefined): string {
  return labels?.[OWNER_LABEL] ?? NO_OWNER;
}
