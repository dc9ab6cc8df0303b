import type { Intended } from "../intended";
import { UsageError } from "../errors";
import type { UpArgs } from "../operations";
import type { ImageBuildRecord } from "../release";
import type { ResourceChange } from "../results";
import type { Session } from "../session";
import type { UpdatePlan } from "../update/plan";
import type { Prepared } from "../verbs/prepare";
import { decide } from "./decide";
import { gather } from "./facts";
import type { ImageOutcome, PlanCause, ServicePlan } from "./result";
import type { ServiceFacts, StackFacts } from "./types";

export const imageType = "docker:index/image:Image";

/** Reasons to build that the hash of a build context does not know of. The engine is told of these, and of no other. */
const beyondTheHash: readonly PlanCause[] = ["asked", "image-gone", "pattern"];

/** Reasons why git cannot tell which files differ from what runs. */
const unknowable: readonly PlanCause[] = [
  ...(["no-release", "no-git", "no-commit", "unknown-commit", "rewritten-history"] as const),
  ...(["git-failed", "dirty-release"] as const),
];

/** Images that are to be built though the engine would see no change in them. */
export interface ForcedBuilds {
  /** URNs of the images. */
  urns: string[];
  /** Why, by service. */
  reasons: Readonly<Record<string, string>>;
}

const none: ForcedBuilds = { urns: [], reasons: {} };

/**
 * What an `up` has to build beside what has changed. An image whose build context is the running one's stays a
 * resource without a change, which the engine does not build: that, and not pins, is what keeps its digest. A pin
 * would be another reference, hence another revision, and replace every container.
 * @throws UsageError when a build is asked for of a service that builds none
 */
export async function forcedBuilds(
  session: Session,
  { rebuild = false, plan: saved }: Pick<UpArgs, "rebuild" | "plan">,
  plan: UpdatePlan,
  prepared: Prepared,
): Promise<ForcedBuilds> {
  const images = prepared.state.resources.filter(({ type, delete: gone }) => {
    return type === imageType && gone !== true;
  });
  if (plan.kind !== "up") return none;
  if (saved !== undefined) {
    // A saved plan lists all that may be done, and knows nothing of these builds.
    if (rebuild === false) return none;
    throw new UsageError([
      { path: "rebuild", message: "cannot go with a saved plan, which does only what it lists" },
    ]);
  }
  const asked = (service: string): boolean =>
    Array.isArray(rebuild) ? rebuild.includes(service) : rebuild;
  const { facts, intended } = await gather(session, prepared, { asked, compareConfig: false });
  if (Array.isArray(rebuild)) refuseUnknown(rebuild, facts.services);
  const forced = decide(facts).flatMap((decision) => {
    const { service } = decision;
    const name = intended.services?.[service]?.build?.image;
    const why = reasonToForce(decision, facts);
    // An image that is not in the state is built anyway.
    const image = images.find(({ urn }) => urn.endsWith(`::${name ?? ""}-image`));
    return why === undefined || image === undefined ? [] : [{ service, why, urn: image.urn }];
  });
  return {
    urns: [...new Set(forced.map(({ urn }) => urn))],
    reasons: Object.fromEntries(forced.map(({ service, why }) => [service, why])),
  };
}

function reasonToForce({ service, reasons }: ServicePlan, facts: StackFacts): string | undefined {
  const building = reasons.filter(({ action }) => action === "rebuild");
  const found = building.find(({ cause }) => beyondTheHash.includes(cause));
  if (found !== undefined) return found.text;
  // Where patterns watch files outside of the context, a difference that cannot be told may be theirs.
  const patterns = facts.services.find((each) => each.service === service)?.patterns;
  if (patterns === undefined || patterns.rebuild.length === 0) return undefined;
  return building.find(({ cause }) => unknowable.includes(cause))?.text;
}

function refuseUnknown(asked: readonly string[], services: readonly ServiceFacts[]): void {
  const built = services.filter(({ source }) => source.kind === "built");
  const names = built.map(({ service }) => service);
  const unknown = asked.filter((service) => !names.includes(service));
  if (unknown.length === 0 || services.length === 0) return;
  const known =
    names.length === 0 ? "none is built" : `those that are built are ${names.join(", ")}`;
  throw new UsageError(
    unknown.map((service) => ({ path: "rebuild", message: `${service} is not built: ${known}` })),
  );
}

/** What became of every service's image, by what the engine did. */
export function imageOutcomes(
  { services = {} }: Intended,
  resources: readonly ResourceChange[],
  { reasons }: ForcedBuilds,
): ImageOutcome[] {
  return Object.entries(services).map(([service, { digest, build }]) => {
    if (build === undefined) return { service, state: "not-built", digest };
    const built = resources.some(
      ({ type, name, op }) =>
        type === imageType && name === `${build.image}-image` && op !== "delete",
    );
    const reason = reasons[service];
    return {
      service,
      state: built ? "built" : "kept",
      digest,
      ...(built && reason !== undefined ? { reason } : {}),
    };
  });
}

/** How the images were built, for the record. */
export function buildsIn({ services = {} }: Intended): Record<string, ImageBuildRecord> {
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, { build }]) =>
      build === undefined ? [] : [[name, build]],
    ),
  );
}
