import * as pulumi from "@pulumi/pulumi";
import { InvalidArgumentsError } from "../errors";
import { secretNamesOf } from "../link";
import type { ServiceDeployment, ServiceSpec, ServiceStatus } from "../platform";
import { fileStatus } from "../artefact";
import { currentPhase, serverWeights } from "../rollout";
import { revisionOf } from "../revision";
import { containerArgs } from "./container";
import type { DockerContext } from "./context";
import { publicListenPort } from "./context";
import { Gate, Route } from "./dynamic/resources";
import type { RouteListen, RouteServer } from "./dynamic/types";
import { resolveImage } from "./image";
import { keptReplicas, replicas } from "./replicas";

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
  const revision = revisionOf(spec, image.reference);
  const current = currentPhase(spec.rollout, spec.position, revision);
  const count = Math.min(spec.replicas, current?.phase.replicas ?? spec.replicas);
  const args = containerArgs(context, spec, image, revision);
  const fresh = replicas(context, parent, { ...spec, replicas: count }, revision, args);
  const names = fresh.map((container) => container.name);
  const stable = current === undefined ? [] : keptReplicas(parent, spec.name, left(current));
  const stableNames = stable.map((container) => container.name);
  const gate = readiness(context, parent, spec, revision, names);
  const weights = current && serverWeights(current.phase.weight, names.length, stable.length);
  const servers = pulumi
    .all([serversOf(spec, names, weights?.fresh), serversOf(spec, stableNames, weights?.stable)])
    .apply(([ours, theirs]) => [...ours, ...theirs]);
  const route = routed(context, parent, spec, servers, gate);
  const url = publicUrl(context, spec);
  const status = pulumi
    .all([
      ...([pulumi.all([image.id, image.repoDigest]), context.router.name] as const),
      ...([pulumi.all(names), pulumi.all(stableNames), route.id] as const),
    ])
    .apply(([[digest, repoDigest], router, running, beside]): ServiceStatus => ({
      image: image.reference,
      digest,
      ...(spec.image.name === spec.name ? {} : { imageName: spec.image.name }),
      ...(repoDigest === "" ? {} : { repoDigest }),
      revision,
      replicas: count,
      ...spec.switches,
      healthPath: spec.health.path,
      port: spec.port,
      exposure: spec.published.length === 0 ? "internal" : "public",
      ...(url === undefined ? {} : { url }),
      containers: running,
      router,
      rollout: rolloutStatus(spec, current, beside),
      ...(image.build === undefined ? {} : { build: image.build }),
      files: spec.files.map(fileStatus),
    }));
  return {
    status,
    internalUrl: `http://${spec.name}:${spec.port}`,
    publicUrl: url === undefined ? undefined : pulumi.output(url),
    permission: { hosts: [{ name: spec.name, address: context.routerAddress }] },
  };
}

type Current = NonNullable<ReturnType<typeof currentPhase>>;

/** The old replicas that are still there: as many new ones as a rolling phase has take their place. */
function left({ phase, stable }: Current): Current["stable"] {
  const gone = phase.replicas ?? 0;
  return { ...stable, replicas: Math.max(0, stable.replicas - gone) };
}

function rolloutStatus(
  { rollout: { strategy, phases, gates }, position }: ServiceSpec,
  current: Current | undefined,
  containers: readonly string[],
): ServiceStatus["rollout"] {
  if (current === undefined || position === undefined) return { strategy, phases, gates };
  const stable = { revision: current.stable.revision, containers };
  return { strategy, phases, gates, current: { ...current.phase, index: position.phase, stable } };
}

function checkPorts(context: DockerContext, spec: ServiceSpec): void {
  const clash = context.publicPorts.find((port) => publicListenPort(port) === spec.port);
  if (clash === undefined) return;
  const rule = `must not be ${spec.port}: the router listens there for the public port ${clash}`;
  throw new InvalidArgumentsError(`service ${JSON.stringify(spec.name)}`, [{ path: "port", rule }]);
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
      secretEnv: secretNamesOf(spec),
    },
    { parent },
  );
}

function routed(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  servers: pulumi.Output<RouteServer[]>,
  gate: Gate | undefined,
): Route {
  return new Route(
    `${spec.name}-route`,
    {
      router: context.router.id,
      service: spec.name,
      listen: listens(spec),
      servers,
      check: { path: spec.health.readiness.path },
      timeouts: { responseSeconds: Math.ceil(spec.responseTimeoutMs / 1000) },
      drainSeconds: Math.ceil(spec.drainMs / 1000),
      ...(spec.rollout.sticky === undefined ? {} : { sticky: spec.rollout.sticky }),
    },
    { parent, ...(gate === undefined ? {} : { dependsOn: [gate] }) },
  );
}

function serversOf(
  { port }: ServiceSpec,
  names: readonly pulumi.Output<string>[],
  weight?: number,
): pulumi.Output<RouteServer[]> {
  const more = weight === undefined ? {} : { weight };
  return pulumi.all([...names]).apply((known) => known.map((name) => ({ name, port, ...more })));
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
