/** Label that tells to which deployment, that is: to which state, a Docker object belongs. */
export const OWNER_LABEL = "landfall.owner";

/** Stands for the owner of objects without that label: those of stacks that were deployed before there was one. */
export const NO_OWNER = "none";

/** The owner that an object's labels tell. */
export function ownerIn(labels: Readonly<Record<string, string>> | null | undefined): string {
  return labels?.[OWNER_LABEL] ?? NO_OWNER;
}

/**
 * Labels of the containers that only keep an image. They are none of a stack's own containers, and so carry other labels
 * than those: nothing that looks for services finds them.
 */
export const PIN_LABELS = {
  project: "landfall.pin.project",
  stack: "landfall.pin.stack",
  /** Id of the image. */
  image: "landfall.pin.image",
} as const;
