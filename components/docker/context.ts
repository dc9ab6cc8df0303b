import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentTransforms } from "../transform";
import { physicalName } from "../naming";
import type { RegistryArgs } from "../environment";
import type { StackIdentity } from "../platform";
import { NO_OWNER, OWNER_LABEL } from "./dynamic/ownerLabel";
import type { ResolvedImage } from "./image";

/** A stack, and the deployment of it that its objects belong to. */
export interface OwnedStack extends StackIdentity {
  /** Id that is made with the stack and kept in its state: two checkouts' stacks of one name differ in it. */
  readonly owner: pulumi.Output<string>;
}

/** What the environment of a stack on Docker hands to its components. */
export interface DockerContext extends OwnedStack {
  /** The component that owns what several components share. */
  readonly environment: pulumi.ComponentResource;
  /** The check of the public ports: whatever is made waits for it, so that a taken port leaves nothing behind. */
  readonly ports: pulumi.Resource;
  readonly network: docker.Network;
  readonly router: docker.Container;
  /** Address of the router in the network; it never changes. */
  readonly routerAddress: string;
  readonly bindAddress: string;
  readonly publicPorts: readonly number[];
  /** Images that are resolved already, so that components of one image share one resource. */
  readonly images: Map<string, ResolvedImage>;
  /** Where built images are pushed to. */
  readonly registry: RegistryArgs | undefined;
  readonly transform: EnvironmentTransforms;
}

/** Physical name of something that belongs to the stack. */
export function stackName(identity: StackIdentity, ...parts: readonly string[]): string {
  return physicalName(identity.project, identity.stack, ...parts);
}

/** The labels that all of a stack's objects carry, whoever deployed it. */
export function stackLabels(identity: StackIdentity): Record<string, string> {
  return { "landfall.project": identity.project, "landfall.stack": identity.stack };
}

/** The labels that tell which Docker objects are the stack's, in the order that keeps diffs quiet. */
export function labels(
  stack: OwnedStack,
  more: Readonly<Record<string, string>> = {},
): pulumi.Output<{ label: string; value: string }[]> {
  return stack.owner.apply((owner) => [
    ...entries(stackLabels(stack)),
    // Objects of a stack without an owner stay as they are.
    ...(owner === NO_OWNER ? [] : entries({ [OWNER_LABEL]: owner })),
    ...entries(Object.fromEntries(Object.entries(more).map(([k, v]) => [`landfall.${k}`, v]))),
  ]);
}

function entries(all: Readonly<Record<string, string>>): { label: string; value: string }[] {
  return Object.entries(all).map(([label, value]) => ({ label, value }));
}

/**
 * Port on which the router listens for what arrives at a published port. It differs from the published one,
 * because on the service's own port the router answers for internal services by host name: a request from
 * outside must not reach those by forging its Host header.
 */
export function publicListenPort(published: number): number {
  return published <= 45535 ? published + 20000 : published - 20000;
}
