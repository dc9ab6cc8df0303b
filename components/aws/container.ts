import * as pulumi from "@pulumi/pulumi";
import { httpHealthCommand } from "../healthCommand";
import type { Link } from "../link";
import type { ServiceSpec } from "../specs";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { AwsContext } from "./context";
import type { Delivery, Loader, Mount } from "./files";
import type { ResolvedImage } from "./image";
import type { TaskSecret } from "./secrets";

/** What every container of a task is made of. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: pulumi.Output<string>;
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: readonly TaskSecret[];
  readonly logGroup: cloudwatch.LogGroup;
}

/** Fargate ends a container at the latest this long after it has asked it to. */
export const LONGEST_STOP_MS = 120_000;

/** A container as ECS's API has it, some of it not known yet. */
export type Definition = Readonly<Record<string, unknown>>;

/** What a container and a one-off task have in common: no rights, an init process, logs, secrets by reference. */
export function commonDefinition(context: AwsContext, spec: ContainerSpec): Definition {
  return {
    name: spec.name,
    image: spec.image,
    essential: true,
    ...(spec.command === undefined ? {} : { command: spec.command }),
    environment: pairs(spec.env),
    secrets: spec.secrets.map(({ name, valueFrom }) => ({ name, valueFrom })),
    ...labelsOf(spec.secrets),
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    logConfiguration: logConfiguration(context, spec.logGroup, spec.name),
  };
}

// A parameter's name stays when its value changes: its version makes another task definition, so that tasks get the value.
function labelsOf(secrets: readonly TaskSecret[]): Definition {
  const parameters = secrets.filter(({ store }) => store === "ssm");
  if (parameters.length === 0) return {};
  const versions = pulumi
    .all(parameters.map(({ version }) => version))
    .apply((known) =>
      parameters.map(({ name }, index) => `${name}:${known[index] ?? ""}`).join(","),
    );
  return { dockerLabels: { "landfall.parameters": versions } };
}

/** Where a container's output goes. */
export function logConfiguration(
  context: AwsContext,
  logGroup: cloudwatch.LogGroup,
  prefix: string,
) {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroup.name,
      "awslogs-region": context.region,
      "awslogs-stream-prefix": prefix,
    },
  };
}

/** The containers of a service's task: its own, and those that deliver files into it. */
export function serviceDefinitions(
  context: AwsContext,
  spec: ServiceSpec,
  {
    image,
    revision,
    secrets,
    logGroup,
    files,
    memoryMb,
  }: {
    readonly image: ResolvedImage;
    readonly revision: string;
    readonly secrets: readonly TaskSecret[];
    readonly logGroup: cloudwatch.LogGroup;
    readonly files: Delivery;
    readonly memoryMb: number;
  },
): Definition[] {
  const env = { PORT: String(spec.port), LANDFALL_REVISION: revision, ...spec.env };
  const own = {
    ...commonDefinition(context, {
      name: spec.name,
      image: image.uri,
      command: spec.command,
      env: { ...env, ...linkedEnv(spec.links) },
      secrets,
      logGroup,
    }),
    portMappings: [
      { name: spec.name, containerPort: spec.port, protocol: "tcp", appProtocol: "http" },
    ],
    healthCheck: healthCheck(spec),
    stopTimeout: Math.ceil(spec.drainMs / 1000),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    ...(spec.readOnlyRootFilesystem ? readOnly(memoryMb) : {}),
    ...(files.mounts.length === 0 ? {} : { mountPoints: files.mounts.map(mountPoint) }),
    ...(files.waitFor === undefined
      ? {}
      : { dependsOn: [{ containerName: files.waitFor, condition: "SUCCESS" }] }),
  };
  return [own, ...files.loaders.map((each) => loaderDefinition(context, each, image, logGroup))];
}

/** The variables that links give. */
export function linkedEnv(links: readonly Link[]): Record<string, pulumi.Input<string>> {
  const all: Record<string, pulumi.Input<string>> = {};
  for (const link of links) Object.assign(all, link.env);
  return all;
}

// Kept in memory and counted as such: a quarter of what the task has is the most that it takes.
function readOnly(memoryMb: number): Definition {
  return {
    readonlyRootFilesystem: true,
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"] },
      tmpfs: [{ containerPath: "/tmp", size: Math.floor(memoryMb / 4) }],
    },
  };
}

function healthCheck({ port, health }: ServiceSpec): Definition {
  return {
    command: httpHealthCommand(port, health.path, health.timeoutMs),
    interval: Math.ceil(health.intervalMs / 1000),
    timeout: Math.ceil(health.timeoutMs / 1000),
    retries: health.retries,
    startPeriod: Math.ceil(health.startPeriodMs / 1000),
  };
}

function loaderDefinition(
  context: AwsContext,
  loader: Loader,
  image: ResolvedImage,
  logGroup: cloudwatch.LogGroup,
): Definition {
  return {
    name: loader.name,
    image: loader.image ?? image.uri,
    essential: false,
    // It writes into new volumes, which are root's.
    user: "0",
    entryPoint: loader.entryPoint,
    command: [],
    environment: loader.environment,
    mountPoints: loader.mounts.map(mountPoint),
    ...(loader.after === undefined
      ? {}
      : { dependsOn: [{ containerName: loader.after, condition: "SUCCESS" }] }),
    logConfiguration: logConfiguration(context, logGroup, loader.name),
  };
}

function mountPoint({ sourceVolume, containerPath, readOnly: isReadOnly }: Mount): Definition {
  return { sourceVolume, containerPath, readOnly: isReadOnly };
}

/** In a fixed order: another one would be another task definition. */
function pairs(values: Readonly<Record<string, pulumi.Input<string>>>) {
  return Object.keys(values)
    .sort()
    .map((name) => ({ name, value: values[name] ?? "" }));
}
