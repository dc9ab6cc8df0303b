import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { COUNTS, DRILL_SCRIPT, DUMP, DUMP_SCRIPT } from "../backupScripts";
import { Problems } from "../errors";
import type { BackupsDeployment, BackupsSpec } from "../specs";
import { createBackupAlarms } from "./backupAlarms";
import { createPrivateBucket } from "./bucket";
import { commonDefinition } from "./container";
import type { AwsContext } from "./context";
import { stackPath } from "./context";
import type { TaskSize } from "./fargate";
import { taskSize } from "./fargate";
import type { ResolvedImage } from "./image";
import { repositoriesOf, resolveImage } from "./image";
import { createLogGroup } from "./logs";
import type { Grant } from "./roles";
import { executionRole, role } from "./roles";
import { schedule } from "./schedule";
import { outgoing, securityGroup } from "./securityGroup";
import type { TaskSecret } from "./secrets";
import { taskSecrets } from "./secrets";
import { taskDefinition } from "./taskDefinition";
import { awsCli, postgresClient } from "./toolImage";

const FOLDER = "/backup";
const VOLUME = "backup";

/** What both tasks are made of. */
interface Parts {
  readonly spec: BackupsSpec;
  readonly size: TaskSize;
  readonly client: ResolvedImage;
  readonly cli: ResolvedImage;
  readonly bucket: s3.Bucket;
  readonly logGroup: cloudwatch.LogGroup;
  readonly diskGib: number;
}

/**
 * Dumps of a database in a bucket of their own, made and tried by tasks that EventBridge Scheduler starts. Each has two
 * containers, of which one speaks to Postgres and the other to S3. The task that writes dumps can neither read nor delete any.
 */
export function backups(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: BackupsSpec,
): BackupsDeployment {
  const { name, keepDays, drill } = spec;
  const { size, diskGib } = checked(spec);
  const isProtected = spec.deletionProtection && context.settings.deletionProtection;
  const { bucket, ready } = createPrivateBucket(context, parent, name, {
    purpose: name,
    keyArn: context.key.arn,
    versioned: true,
    expireDays: keepDays,
    keepVersionsDays: keepDays,
    forceDestroy: !isProtected,
    protect: isProtected,
  });
  const logGroup = createLogGroup(
    context,
    parent,
    `${name}-logs`,
    stackPath(context, name, "logs"),
  );
  const { version, image } = spec.database;
  const client = resolveImage(context, postgresClient(context, version, image));
  const cli = resolveImage(context, awsCli(context));
  const parts: Parts = { spec, size, client, cli, bucket, logGroup, diskGib };
  const group = securityGroup(context, parent, name, `backups of ${spec.database.name}`);
  const ways = outgoing(parent, name, group, [spec.database.link]);
  const dump = dumpTask(context, parent, parts);
  const trial = drill === undefined ? undefined : drillTask(context, parent, parts);
  const needs = [...ready, ...ways, ...context.network.ways, ...spec.database.link.ready];
  schedule(context, parent, `${name}-dump`, { ...dump, at: spec.at, group, needs });
  if (trial !== undefined && drill !== undefined)
    schedule(context, parent, `${name}-drill`, { ...trial, at: drill, group, needs });
  createBackupAlarms(context, parent, name, logGroup);
  return { status: statusOf(context, parts, group.id, dump, trial) };
}

function checked({ name, memoryMb, aws }: BackupsSpec) {
  const problems = new Problems(`Backups ${JSON.stringify(name)} on AWS`);
  const size = taskSize(
    { cpu: undefined, cpuUnits: undefined, memoryMb },
    { cpu: "cpu", cpuUnits: "cpuUnits", memory: "memory" },
    problems,
  );
  const diskGib = aws.diskGib ?? 100;
  const fits = Number.isInteger(diskGib) && diskGib >= 21 && diskGib <= 200;
  problems.require(fits, "aws.diskGib", "must be a whole number of GiB from 21 to 200", diskGib);
  problems.throwIfAny();
  return { size, diskGib };
}

function dumpTask(context: AwsContext, parent: pulumi.ComponentResource, parts: Parts) {
  const { spec, bucket } = parts;
  const { database } = spec;
  const secrets = taskSecrets(context, parent, {
    name: `${spec.name}-dump`,
    secrets: { PGPASSWORD: database.password },
    links: [],
  });
  const upload = `set -eu
key="$PREFIX/$(date -u +%Y%m%dT%H%M%SZ)"
aws s3 cp --only-show-errors ${FOLDER}/${COUNTS} "s3://$BUCKET/$key/${COUNTS}"
aws s3 cp --only-show-errors ${FOLDER}/${DUMP} "s3://$BUCKET/$key/${DUMP}"
echo "backup done: s3://$BUCKET/$key/${DUMP}"`;
  return createTask(context, parent, parts, {
    kind: "dump",
    secrets,
    grants: [
      {
        sid: "WriteDumps",
        actions: ["s3:PutObject", "s3:AbortMultipartUpload"],
        resources: [pulumi.interpolate`${bucket.arn}/${database.name}/*`],
      },
    ],
    first: {
      name: "dump",
      image: parts.client.uri,
      command: ["bash", "-c", `cd ${FOLDER}\n${DUMP_SCRIPT}`],
      env: { ...database.env, PGSSLMODE: "require", PGCONNECT_TIMEOUT: "30" },
      secrets,
    },
    last: { name: "upload", image: parts.cli.uri, script: upload, env: bucketEnv(parts) },
  });
}

function drillTask(context: AwsContext, parent: pulumi.ComponentResource, parts: Parts) {
  const { spec, bucket } = parts;
  const download = `set -eu
newest=$(aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "$PREFIX/" --query "sort_by(Contents[?ends_with(Key, '/${DUMP}')], &LastModified)[-1].Key" --output text)
if [ "$newest" = None ]; then echo "restore drill failed: there is no dump" >&2; exit 1; fi
folder=$(dirname "$newest")
aws s3 cp --only-show-errors "s3://$BUCKET/$folder/${COUNTS}" ${FOLDER}/${COUNTS}
aws s3 cp --only-show-errors "s3://$BUCKET/$newest" ${FOLDER}/${DUMP}
chmod 0444 ${FOLDER}/*
echo "restore drill of s3://$BUCKET/$newest"`;
  return createTask(context, parent, parts, {
    kind: "drill",
    secrets: [],
    grants: [
      {
        sid: "ReadDumps",
        actions: ["s3:GetObject"],
        resources: [pulumi.interpolate`${bucket.arn}/${spec.database.name}/*`],
      },
      {
        sid: "ListDumps",
        actions: ["s3:ListBucket"],
        resources: [bucket.arn],
        condition: { StringLike: { "s3:prefix": `${spec.database.name}/*` } },
      },
    ],
    first: {
      name: "download",
      image: parts.cli.uri,
      command: ["-c", download],
      entryPoint: ["sh"],
      env: bucketEnv(parts),
      secrets: [],
    },
    last: {
      name: "restore",
      image: parts.client.uri,
      user: "postgres",
      script: `cd ${FOLDER}\n${DRILL_SCRIPT}`,
      env: {},
    },
  });
}

function bucketEnv({ spec, bucket }: Parts) {
  return { BUCKET: bucket.bucket, PREFIX: spec.database.name };
}

/** A container that does the first half, and one that starts when that has gone well and whose end is the task's. */
interface TwoSteps {
  readonly kind: "dump" | "drill";
  readonly secrets: readonly TaskSecret[];
  readonly grants: readonly Grant[];
  readonly first: Omit<Parameters<typeof commonDefinition>[1], "logGroup"> & {
    readonly entryPoint?: readonly string[];
  };
  readonly last: {
    readonly name: string;
    readonly image: pulumi.Output<string>;
    readonly script: string;
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    readonly user?: string;
  };
}

function createTask(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  { spec, client, cli, bucket, logGroup, size, diskGib }: Parts,
  { kind, secrets, grants, first, last }: TwoSteps,
) {
  const name = `${spec.name}-${kind}`;
  const repositoryArns = [...repositoriesOf(client), ...repositoriesOf(cli)];
  const execution = executionRole(context, parent, name, { logGroup, repositoryArns, secrets });
  const encryption: Grant = {
    sid: "UseKey",
    actions: kind === "dump" ? ["kms:GenerateDataKey", "kms:Decrypt"] : ["kms:Decrypt"],
    resources: [context.key.arn],
    condition: {
      StringEquals: {
        "kms:ViaService": `s3.${context.region}.amazonaws.com`,
        "kms:EncryptionContext:aws:s3:arn": bucket.arn,
      },
    },
  };
  const own = role(context, parent, `${name}-task`, "ecs-tasks.amazonaws.com", [
    ...grants,
    encryption,
  ]);
  const mountPoints = [{ sourceVolume: VOLUME, containerPath: FOLDER, readOnly: false }];
  const { entryPoint, ...common } = first;
  const definition = taskDefinition(context, parent, name, {
    size,
    diskGib,
    volumes: [VOLUME],
    execution,
    task: own,
    definitions: [
      {
        ...commonDefinition(context, { ...common, logGroup }),
        ...(entryPoint === undefined ? {} : { entryPoint }),
        essential: false,
        mountPoints,
      },
      {
        ...commonDefinition(context, {
          name: last.name,
          image: last.image,
          command: ["-c", last.script],
          env: last.env,
          secrets: [],
          logGroup,
        }),
        entryPoint: [last.user === undefined ? "sh" : "bash"],
        ...(last.user === undefined ? {} : { user: last.user }),
        dependsOn: [{ containerName: first.name, condition: "SUCCESS" }],
        mountPoints,
      },
    ],
  });
  return { definition, roles: [execution, own] };
}

function statusOf(
  context: AwsContext,
  { spec, bucket, logGroup }: Parts,
  securityGroup: pulumi.Output<string>,
  dump: ReturnType<typeof createTask>,
  drill: ReturnType<typeof createTask> | undefined,
): BackupsDeployment["status"] {
  return pulumi
    .all([
      pulumi.all([bucket.bucket, context.cluster.name, logGroup.name, securityGroup]),
      pulumi.all([dump.definition.arn, drill?.definition.arn]),
      pulumi.all([...context.network.privateSubnetIds]),
    ])
    .apply(([[name, cluster, logs, group], [dumping, trying], subnets]) => ({
      database: spec.database.name,
      keepDays: spec.keepDays,
      ecs: {
        region: context.region,
        bucket: name,
        prefix: `${spec.database.name}/`,
        cluster,
        dump: dumping,
        ...(trying === undefined ? {} : { drill: trying }),
        subnets,
        securityGroup: group,
        logGroup: logs,
      },
    }));
}
