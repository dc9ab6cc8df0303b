import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { goDuration } from "../duration";
import type { Link } from "../link";
import type { ServiceSpec } from "../platform";
import type { DockerContext } from "./context";
import { labels } from "./context";
import { httpHealthCommand } from "../healthCommand";
import type { ResolvedImage } from "./image";

/** The arguments of a replica's container, all but its name and its number. */
export function containerArgs(
  context: DockerContext,
  spec: ServiceSpec,
  image: ResolvedImage,
  revision: string,
): docker.ContainerArgs {
  const { health } = spec;
  const drainSeconds = Math.ceil(spec.drainMs / 1000);
  return {
    image: image.id,
    ...(spec.command === undefined ? {} : { command: [...spec.command] }),
    envs: environmentOf(spec, revision),
    networksAdvanced: networksOf(context, spec.links),
    hosts: hostsOf(spec.links),
    uploads: spec.files.map((file) => ({
      file: file.path,
      permissions: "0444",
      ...(file.source === undefined
        ? { content: file.content ?? "" }
        : { source: file.source, sourceHash: file.sha256 }),
    })),
    healthcheck: {
      tests: httpHealthCommand(spec.port, health.path, health.timeoutMs),
      interval: goDuration(health.intervalMs),
      timeout: goDuration(health.timeoutMs),
      startPeriod: goDuration(health.startPeriodMs),
      retries: health.retries,
    },
    labels: labels(context, { role: "service", service: spec.name, revision }),
    restart: spec.restart,
    // What Docker would choose; said, because the provider reads it back.
    memory: spec.memoryMb,
    memorySwap: spec.memoryMb * 2,
    ...(spec.cpu === undefined ? {} : { cpus: String(spec.cpu) }),
    logDriver: "json-file",
    logOpts: {
      "max-size": `${spec.logs.maxSizeMb}m`,
      "max-file": String(spec.logs.maxFiles),
    },
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    ...(spec.user === undefined ? {} : { user: spec.user }),
    ...(spec.readOnlyRootFilesystem ? { readOnly: true, tmpfs: { "/tmp": "" } } : {}),
    init: true,
    stopTimeout: drainSeconds,
    destroyGraceSeconds: drainSeconds,
  };
}

function environmentOf(spec: ServiceSpec, revision: string): pulumi.Output<string[]> {
  const all: Record<string, pulumi.Input<string>> = {
    PORT: String(spec.port),
    LANDFALL_REVISION: revision,
    ...spec.env,
  };
  for (const link of spec.links) Object.assign(all, link.env, link.secrets);
  for (const [name, value] of Object.entries(spec.secrets)) all[name] = pulumi.secret(value);
  return environmentLines(all);
}

/** `NAME=value` lines in a fixed order. */
export function environmentLines(
  values: Readonly<Record<string, pulumi.Input<string>>>,
): pulumi.Output<string[]> {
  const names = Object.keys(values).sort();
  return pulumi
    .all(names.map((name) => pulumi.output(values[name] ?? "")))
    .apply((known) => names.map((name, index) => `${name}=${known[index] ?? ""}`));
}

/** The stack's network, and the networks of the databases and caches that are linked. */
export function networksOf(context: DockerContext, links: readonly Link[]) {
  const linked = links.flatMap((link) => link.permission.networks ?? []);
  return [context.network.name, ...linked].map((name) => ({ name }));
}

/** The host names by which linked services are reached. */
export function hostsOf(links: readonly Link[]) {
  return links
    .flatMap((link) => link.permission.hosts ?? [])
    .map(({ name, address }) => ({ host: name, ip: address }));
}
