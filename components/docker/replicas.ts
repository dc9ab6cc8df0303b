import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { digestOf } from "../naming";
import type { ServiceSpec } from "../platform";
import { transformed } from "../transform";
import type { DockerContext } from "./context";
import { labels, stackName } from "./context";

/** The containers of a revision. */
export function replicas(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  revision: string,
  common: docker.ContainerArgs,
): docker.Container[] {
  if (spec.replicas === 0) return [];
  const args = transformed(common, spec.transform.container);
  const once = spec.rollout.strategy === "recreate";
  // A container is made beside its old self, so every change of what it runs needs another name; secrets may
  // be part of the change, and the name must not tell of them: hence a random part, kept by a digest of it all.
  const suffix = once ? undefined : suffixOf(parent, spec.name, revision, args);
  return Array.from({ length: spec.replicas }, (_, index) => {
    const number = String(index);
    const name =
      suffix?.hex.apply((hex) => stackName(context, spec.name, revision, number, hex)) ??
      stackName(context, spec.name, number);
    const own = labels(context, { role: "service", service: spec.name, revision, replica: number });
    return new docker.Container(
      once ? `${spec.name}-${number}` : containerName(spec.name, revision, index),
      { ...args, name, ...(args.labels === common.labels ? { labels: own } : {}) },
      {
        parent,
        // The provider's default would stop the old container before the new one is there: right only for what
        // cannot run twice.
        deleteBeforeReplace: once,
        dependsOn: [context.network, ...spec.links.flatMap((link) => link.ready)],
      },
    );
  });
}

/**
 * The containers of a revision that an earlier update has made, and that are to stay exactly as they are: every
 * argument is taken from the state.
 */
export function keptReplicas(
  parent: pulumi.ComponentResource,
  service: string,
  { revision, replicas: count }: { revision: string; replicas: number },
): docker.Container[] {
  if (count === 0) return [];
  const opts = { parent, ignoreChanges: ["*"] };
  new random.RandomId(suffixName(service, revision), { byteLength: 3 }, opts);
  return Array.from(
    { length: count },
    (_, index) =>
      new docker.Container(
        containerName(service, revision, index),
        // Met only where the container is in no state: then there is nothing to keep, and the update says so.
        { image: `revision-${revision}-of-${service}-is-gone` },
        { ...opts, deleteBeforeReplace: false },
      ),
  );
}

function suffixOf(
  parent: pulumi.ComponentResource,
  service: string,
  revision: string,
  args: docker.ContainerArgs,
): random.RandomId {
  const keepers = { container: pulumi.secret(digestOfArgs(args)) };
  return new random.RandomId(suffixName(service, revision), { byteLength: 3, keepers }, { parent });
}

function digestOfArgs(args: docker.ContainerArgs): pulumi.Output<string> {
  return pulumi.jsonStringify(args).apply((text) => digestOf(text, 64));
}

// Names by which the state knows a revision's parts: a later update finds them again by these.
function suffixName(service: string, revision: string): string {
  return `${service}-${revision}-id`;
}

function containerName(service: string, revision: string, index: number): string {
  return `${service}-${revision}-${index}`;
}
