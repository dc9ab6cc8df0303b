import type * as pulumi from "@pulumi/pulumi";
import { digestOf } from "./naming";
import type { ServiceSpec } from "./specs";

/**
 * Key of what a container runs. Values that are only known during the update (generated passwords) cannot be
 * part of it; a change of those replaces the containers under the same key.
 * @param reference The image as it was asked for.
 */
export function revisionOf(spec: ServiceSpec, reference: string): string {
  const { name, replicas, transform, published, drainMs, responseTimeoutMs, ...rest } = spec;
  // Nor do switches count: what they change of a container is among its variables.
  const { rollout, position, registered, switches, aws, ...kept } = rest;
  return digestOf({
    ...kept,
    image: reference,
    env: plainOnly(spec.env),
    secrets: Object.keys(spec.secrets).sort(),
    links: spec.links.map((link) => ({
      env: plainOnly(link.env),
      secrets: Object.keys(link.secrets).sort(),
    })),
    health: { ...spec.health, readiness: undefined },
  });
}

function plainOnly(values: Readonly<Record<string, pulumi.Input<string>>>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : null]),
  );
}
