import type { LeftoversAdapter } from "../types";
import { dropRegistered } from "./registrations";

/**
 * What AWS has made and the engine could not record has a name that nobody knows, or one that says by itself that it is
 * taken: it is never guessed. A task definition that nobody uses costs nothing, and what runs once is asked for by a
 * token that makes it the same again.
 */
export const leftovers = {
  mendable: [/^aws:ecs\/taskDefinition:TaskDefinition$/, /^pulumi-nodejs:dynamic\/landfall:/],
  removeUnrecorded: () => Promise.resolve([]),
  ownerOf: () => "",
  removeRest: dropRegistered,
} satisfies LeftoversAdapter;
