import { parseUrn } from "../engine/urn";
import type { StepMetadata } from "../engine/types";
import { RefusedError } from "../errors";
import { imageType } from "../rebuild/force";
import { inspection } from "./inspection";
import type { Guard } from ".";

/** A promotion builds nothing: what the source release has no image for was never verified there. */
export const promotionGuard: Guard = async (session, args, proposal) => {
  if (proposal.plan.kind !== "promote") return {};
  const { steps = [] } = await inspection(session, args, proposal);
  refuseBuilds(steps);
  return {};
};

/** @throws RefusedError that names every image that would be built */
export function refuseBuilds(steps: readonly Pick<StepMetadata, "op" | "type" | "urn">[]): void {
  const built = steps.filter(
    ({ op, type }) => type === imageType && !/^(?:same|delete|discard|remove|read)/.test(op),
  );
  if (built.length === 0) return;
  const problems = built.map(({ urn }) => ({
    path: parseUrn(urn).name,
    message: "would be built: the promoted release has no such image",
  }));
  const lines = problems.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new RefusedError(`a promotion builds nothing, and the image ${lines}`, {
    problems,
    fix: "Deploy the service in the source stack first, or turn it off in the target's config.",
  });
}
