import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { Problems } from "../errors";
import { digestOf } from "../naming";
import type { TaskDeployment, TaskSpec } from "../specs";
import { commonDefinition, linkedEnv } from "./container";
import type { AwsContext } from "./context";
import { stackName, stackPath } from "./context";
import type { EcsTaskArgs } from "./dynamic/resources";
import { EcsTask } from "./dynamic/resources";
import { taskSize } from "./fargate";
import type { ResolvedImage } from "./image";
import { checkImage, repositoriesOf, resolveImage } from "./image";
import { linkedGrants } from "./policies";
import { executionRole, role } from "./roles";
import { createLogGroup } from "./logs";
import { outgoing, securityGroup } from "./securityGroup";
import type { TaskSecret } from "./secrets";
import { taskSecrets } from "./secrets";
import { taskDefinition } from "./taskDefinition";

/** A one-off task on Fargate, in the private subnets: it runs to its end, once for each task definition and key. */
export function task(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: TaskSpec,
): TaskDeployment {
  sayWhatIsMissing(parent, spec);
  const { run, image } = runTask(context, parent, spec);
  return {
    exitCode: run.exitCode,
    output: run.output,
    image: ranImage(image),
    backups: undefined,
    // An absent output is null where the engine hands it on.
    backup: run.backup.apply((backup) => backup ?? undefined),
  };
}

function ranImage({ digest, reference }: ResolvedImage): pulumi.Output<string> {
  return digest.apply((known) => (known === "" ? reference : known));
}

/** What a one-off task is made of, before anybody runs it. */
export interface DefinedTask {
  readonly image: ResolvedImage;
  readonly logs: cloudwatch.LogGroup;
  readonly group: ec2.SecurityGroup;
  readonly definition: ecs.TaskDefinition;
  /** What it waits for. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * Defines a task, which somebody else runs.
 * @param given Secrets that AWS has already, beside the task's own and those of its links.
 */
export function defineTask(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: Omit<TaskSpec, "timeoutMs" | "runKey">,
  given: readonly TaskSecret[] = [],
): DefinedTask {
  const problems = new Problems(`task ${JSON.stringify(spec.name)} on AWS`);
  checkImage(spec.image, problems);
  const size = taskSize(
    { cpu: undefined, cpuUnits: undefined, memoryMb: spec.memoryMb },
    { cpu: "cpu", cpuUnits: "cpuUnits", memory: "memory" },
    problems,
  );
  problems.throwIfAny();
  const image = resolveImage(context, spec.image);
  const path = stackPath(context, spec.name, "logs");
  const logs = createLogGroup(context, parent, `${spec.name}-logs`, path);
  const secrets = [...taskSecrets(context, parent, spec), ...given];
  const execution = executionRole(context, parent, spec.name, {
    logGroup: logs,
    repositoryArns: repositoriesOf(image),
    secrets,
  });
  const rights = linkedGrants(spec.links);
  const own = role(context, parent, `${spec.name}-task`, "ecs-tasks.amazonaws.com", rights);
  const group = securityGroup(context, parent, spec.name, `task ${spec.name}`);
  const ways = outgoing(parent, spec.name, group, spec.links);
  const definition = taskDefinition(context, parent, spec.name, {
    size,
    definitions: [
      commonDefinition(context, {
        name: spec.name,
        image: image.uri,
        command: spec.command,
        env: { ...spec.env, ...linkedEnv(spec.links) },
        secrets,
        logGroup: logs,
      }),
    ],
    execution,
    task: own,
  });
  return {
    ...{ image, logs, group, definition },
    ready: [
      ...execution.ready,
      ...own.ready,
      ...ways,
      ...context.network.ways,
      ...spec.links.flatMap((link) => link.ready),
    ],
  };
}

/** Defines a task, and runs it. */
export function runTask(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: TaskSpec,
  given: readonly TaskSecret[] = [],
): { readonly run: EcsTask; readonly image: ResolvedImage } {
  const { image, logs, group, definition, ready } = defineTask(context, parent, spec, given);
  const nothing = nothingToRun(spec);
  const schema = schemaOf(spec);
  const run = new EcsTask(
    `${spec.name}-run`,
    {
      name: spec.name,
      region: context.region,
      cluster: context.cluster.name,
      taskDefinition: definition.arn,
      container: spec.name,
      subnets: [...context.network.privateSubnetIds],
      securityGroups: [group.id],
      logGroup: logs.name,
      // At most 36 characters: a name that is longer keeps a hash of itself.
      startedBy: `landfall-${digestOf(stackName(context, spec.name), 16)}`,
      timeoutSeconds: Math.ceil(spec.timeoutMs / 1000),
      revision: digestOf({ image: image.reference, command: spec.command, key: spec.runKey }),
      secrets: secretValues(spec),
      ...(nothing === undefined ? {} : { nothing }),
      ...(schema === undefined ? {} : { schema, image: ranImage(image) }),
    },
    { parent, dependsOn: [...ready] },
  );
  return { run, image };
}

/** What must not be seen in its last lines. */
function secretValues(spec: TaskSpec): Record<string, pulumi.Output<string>> {
  const all = Object.fromEntries(
    Object.entries(spec.secrets).map(([name, value]) => [name, pulumi.secret(value)]),
  );
  for (const link of spec.links) Object.assign(all, link.secrets);
  return all;
}

/**
 * A release that is deployed again: its migrations were all applied while it ran first, and nothing here undoes any. The
 * database may have later ones, which a tool that does not know them would fail on.
 */
function nothingToRun({ schema }: TaskSpec): string | undefined {
  if (schema === undefined || schema.beyond.length === 0) return undefined;
  const later = schema.beyond.filter((head) => head !== schema.head);
  const also =
    later.length === 0
      ? ""
      : `, and its code works with those that may have come since (${later.join(", ")})`;
  return `nothing was run: this release's migrations, up to ${schema.head}, were applied when it ran first${also}`;
}

/** What the task has to know of the schema that it migrates, and of which a snapshot can be taken. */
function schemaOf({ name, schema, backups }: TaskSpec): EcsTaskArgs["schema"] {
  if (schema === undefined) return undefined;
  const { database, beyond: _, chain, downCommand, ...rest } = schema;
  return {
    ...{ job: name, ...rest, chain: [...chain] },
    ...(downCommand === undefined ? {} : { downCommand: [...downCommand] }),
    ...(database?.rds === undefined
      ? {}
      : {
          database: {
            ...{ component: database.component, name: database.name, role: database.role },
            server: database.rds.instance,
          },
        }),
    backups: backups !== undefined,
  };
}

/** A database of somebody else's cannot be copied here, and nobody should think that it is. */
function sayWhatIsMissing(parent: pulumi.ComponentResource, spec: TaskSpec): void {
  const contracting = spec.schema?.chain.filter((migration) => migration.contracting) ?? [];
  const isCopied = spec.schema?.database?.rds !== undefined;
  if (contracting.length === 0 || spec.backups === undefined || isCopied) return;
  const ids = contracting.map(({ id }) => id).join(", ");
  void pulumi.log.warn(
    `task "${spec.name}": no copy of the database is made before contracting migrations (${ids}): it is no ManagedPostgres in ` +
      "its links. Link it, take a copy yourself, or set backups to false, which says that you know",
    parent,
  );
}
