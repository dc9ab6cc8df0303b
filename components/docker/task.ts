import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { TaskDeployment, TaskSpec } from "../platform";
import { digestOf } from "../naming";
import { networksOf } from "./container";
import type { DockerContext } from "./context";
import { labels, stackName } from "./context";
import { Task } from "./dynamic/resources";
import { resolveImage } from "./image";

/** A one-off task on Docker: a container that runs to its end, once for each image and key. */
export function task(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: TaskSpec,
): TaskDeployment {
  const image = resolveImage(context, spec.image);
  const linked = Object.assign(
    {},
    ...spec.links.map((link) => link.secrets),
  ) as TaskSpec["secrets"];
  const secrets: Record<string, pulumi.Input<string>> = { ...linked };
  for (const [name, value] of Object.entries(spec.secrets)) secrets[name] = pulumi.secret(value);
  const env: Record<string, pulumi.Input<string>> = { ...spec.env };
  for (const link of spec.links) Object.assign(env, link.env);
  const schema = schemaOf(context, spec);
  const own = labels(context, { role: "task", service: spec.name });
  const run = new Task(
    `${spec.name}-task`,
    {
      name: stackName(context, spec.name),
      image: image.id,
      command: [...spec.command],
      env: { ...env, ...secrets },
      secretEnv: Object.keys(secrets).sort(),
      networks: networksOf(context, spec.links).map(({ name }) => name),
      labels: own.apply((all) => Object.fromEntries(all.map(({ label, value }) => [label, value]))),
      hosts: spec.links
        .flatMap((link) => link.permission.hosts ?? [])
        .map(({ name, address }) => pulumi.interpolate`${name}:${address}`),
      memoryMb: spec.memoryMb,
      timeoutSeconds: Math.ceil(spec.timeoutMs / 1000),
      ...(schema === undefined ? {} : { schema }),
      revision: digestOf({ image: image.reference, command: spec.command, key: spec.runKey }),
    },
    { parent, dependsOn: [context.network, ...spec.links.flatMap((link) => link.ready)] },
  );
  return {
    exitCode: run.exitCode,
    output: run.output,
    image: pulumi.output(image.id),
    backups: schema?.backups,
    // An absent output is null where the engine hands it on.
    backup: run.backup.apply((backup) => backup ?? undefined),
  };
}

/** What the task has to know of the schema that it migrates. A database can be looked at where its server is ours. */
function schemaOf(context: DockerContext, { name, schema, backups }: TaskSpec) {
  if (schema === undefined) return undefined;
  const { database, beyond, chain, downCommand, ...rest } = schema;
  const server = database?.server;
  return {
    ...{ job: name, ...rest, beyond: [...beyond], chain: [...chain] },
    ...(downCommand === undefined ? {} : { downCommand: [...downCommand] }),
    ...(database === undefined || server === undefined
      ? {}
      : { database: { ...database, server } }),
    ...(server === undefined || backups === undefined
      ? {}
      : { backups: join(backups, context.project, context.stack) }),
  };
}
