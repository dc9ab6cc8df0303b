import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { InvalidArgumentsError } from "../errors";
import type { ServiceDeployment, ServiceSpec, ServiceStatus } from "../platform";
import { digestOf } from "../naming";
import { transformed } from "../transform";
import { containerArgs, revisionOf } from "./container";
import type { DockerContext } from "./context";
import { labels, publicListenPort, stackName } from "./context";
import { Gate, Route } from "./dynamic/resources";
import type { RouteListen } from "./dynamic/types";
import { resolveImage } from "./image";

/**
 * A service on Docker: containers keyed by revision, a gate that waits until they are ready, and its part of
 * the router, which is switched after the gate. What the program no longer names goes last.
 */
export function service(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
): ServiceDeployment {
  checkPorts(context, spec);
  const image = resolveImage(context, spec.image, spec.transform.image);
  const revision = revisionOf(spec, image);
  const containers = replicas(
    context,
    parent,
    spec,
    revision,
    containerArgs(context, spec, image, revision),
  );
  const names = containers.map((container) => container.name);
  const gate = readiness(context, parent, spec, revision, names);
  const route = routed(context, parent, spec, names, gate);
  const url = publicUrl(context, spec);
  const status = pulumi
    .all([image.id, context.router.name, pulumi.all([...names]), route.id])
    .apply(([digest, router, running]): ServiceStatus => ({
      image: image.reference,
      digest,
      revision,
      replicas: spec.replicas,
      healthPath: spec.health.path,
      port: spec.port,
      exposure: spec.published.length === 0 ? "internal" : "public",
      ...(url === undefined ? {} : { url }),
      containers: running,
      router,
    }));
  return {
    status,
    internalUrl: `http://${spec.name}:${spec.port}`,
    publicUrl: url,
    permission: { hosts: [{ name: spec.name, address: context.routerAddress }] },
  };
}

function checkPorts(context: DockerContext, spec: ServiceSpec): void {
  const clash = context.publicPorts.find((port) => publicListenPort(port) === spec.port);
  if (clash === undefined) return;
  const rule = `must not be ${spec.port}: the router listens there for the public port ${clash}`;
  throw new InvalidArgumentsError(`service ${JSON.stringify(spec.name)}`, [{ path: "port", rule }]);
}

function replicas(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  revision: string,
  common: docker.ContainerArgs,
): docker.Container[] {
  if (spec.replicas === 0) return [];
  const args = transformed(common, spec.transform.container);
  // A container is made beside its old self, so every change of what it runs needs another name; secrets may
  // be part of the change, and the name must not tell of them: hence a random part, kept by a digest of it all.
  const suffix = new random.RandomId(
    `${spec.name}-${revision}-id`,
    { byteLength: 3, keepers: { container: pulumi.secret(digestOfArgs(args)) } },
    { parent },
  );
  return Array.from({ length: spec.replicas }, (_, index) => {
    const number = String(index);
    const name = suffix.hex.apply((hex) => stackName(context, spec.name, revision, number, hex));
    const own = labels(context, { role: "service", service: spec.name, revision, replica: number });
    return new docker.Container(
      `${spec.name}-${revision}-${number}`,
      { ...args, name, ...(args.labels === common.labels ? { labels: own } : {}) },
      {
        parent,
        // The provider's default would stop the old container before the new one is there.
        deleteBeforeReplace: false,
        dependsOn: [context.network, ...spec.links.flatMap((link) => link.ready)],
      },
    );
  });
}

function digestOfArgs(args: docker.ContainerArgs): pulumi.Output<string> {
  return pulumi.jsonStringify(args).apply((text) => digestOf(text, 64));
}

function readiness(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  revision: string,
  names: readonly pulumi.Output<string>[],
): Gate | undefined {
  if (names.length === 0) return undefined;
  const { readiness: ready } = spec.health;
  return new Gate(
    `${spec.name}-${revision}-gate`,
    {
      router: context.router.name,
      targets: serversOf(spec, names),
      path: ready.path,
      deadlineSeconds: Math.ceil(ready.deadlineMs / 1000),
      intervalMs: ready.intervalMs,
      revision,
    },
    { parent },
  );
}

function routed(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  names: readonly pulumi.Output<string>[],
  gate: Gate | undefined,
): Route {
  return new Route(
    `${spec.name}-route`,
    {
      router: context.router.id,
      service: spec.name,
      listen: listens(spec),
      servers: serversOf(spec, names),
      check: { path: spec.health.readiness.path },
      timeouts: { responseSeconds: Math.ceil(spec.responseTimeoutMs / 1000) },
      drainSeconds: Math.ceil(spec.drainMs / 1000),
    },
    { parent, ...(gate === undefined ? {} : { dependsOn: [gate] }) },
  );
}

function serversOf(spec: ServiceSpec, names: readonly pulumi.Output<string>[]) {
  return pulumi.all([...names]).apply((known) => known.map((name) => ({ name, port: spec.port })));
}

function listens(spec: ServiceSpec): RouteListen[] {
  const inside = { port: spec.port, hosts: [spec.name] };
  const outside = spec.published.map(({ port, hosts, pathPrefix }) => ({
    port: publicListenPort(port),
    ...(hosts === undefined ? {} : { hosts: [...hosts] }),
    ...(pathPrefix === undefined ? {} : { pathPrefix }),
  }));
  return [inside, ...outside];
}

function publicUrl(context: DockerContext, spec: ServiceSpec): string | undefined {
  const [first] = spec.published;
  if (first === undefined) return undefined;
  const bound = context.bindAddress === "0.0.0.0" ? "localhost" : context.bindAddress;
  return `http://${first.hosts?.[0] ?? bound}:${first.port}${first.pathPrefix ?? ""}`;
}
