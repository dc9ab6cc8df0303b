import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PostgresSpec, StoreDeployment } from "../specs";
import { transformed } from "../transform";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { createLogGroup } from "./logs";
import type { RdsSettings } from "./postgresChecks";
import { checkedPostgres, READ_AT_START } from "./postgresChecks";
import { assertRole, databaseTools, MASTER } from "./postgresRole";
import { securityGroup } from "./securityGroup";
import { tagsOf } from "./tags";
import { postgresClient } from "./toolImage";

const PORT = 5432;

/**
 * Postgres on RDS. The master user's password is RDS's own to make, keep and change; the role that services use is not that
 * one, and a task makes sure of it before anything that is linked to the database starts.
 */
export function postgres(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: PostgresSpec,
): StoreDeployment {
  const settings = checkedPostgres(spec);
  const { name } = spec;
  const group = securityGroup(context, parent, name, `database ${name}`);
  const instance = createInstance(context, parent, spec, settings, group.id);
  const masterSecretArn = instance.masterUserSecrets.apply(
    // A preview does not know it, and RDS has it from the start.
    (secrets) => secrets[0]?.secretArn ?? "",
  );
  const permission = { ingress: [{ securityGroupId: group.id, port: PORT }] };
  const server = {
    host: instance.address,
    port: PORT,
    image: postgresClient(context, spec.version, spec.image),
    masterSecretArn,
    permission,
    instance,
  };
  const role = assertRole(context, parent, spec, server);
  return {
    host: instance.address,
    port: PORT,
    permission,
    rds: { instance: instance.identifier, masterSecretArn },
    tls: true,
    status: pulumi
      .all([instance.identifier, databaseTools(context, parent, spec, server)])
      .apply(([identifier, tools]) => ({
        ...{ region: context.region, instance: identifier, role: spec.user, tools },
      })),
    ready: [role],
  };
}

function createInstance(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: PostgresSpec,
  settings: RdsSettings,
  securityGroupId: pulumi.Output<string>,
): rds.Instance {
  const { key } = context;
  const { name, version } = spec;
  const opts = { parent, dependsOn: [context.admission] };
  const identifier = stackName(context, name);
  const isProtected = spec.deletionProtection && context.settings.deletionProtection;
  const subnets = new rds.SubnetGroup(
    `${name}-subnets`,
    {
      description: `Private subnets of ${stackName(context)}`,
      subnetIds: [...context.network.privateSubnetIds],
      tags: tagsOf(context),
    },
    opts,
  );
  const parameters = createParameters(context, parent, spec);
  const logs = logGroups(context, parent, name, identifier);
  const last = new random.RandomId(
    `${name}-snapshot`,
    // Another key makes another instance, whose predecessor has left a snapshot under the former name.
    { byteLength: 4, keepers: { key: key.arn } },
    opts,
  );
  const args: rds.InstanceArgs = {
    identifier,
    engine: "postgres",
    engineVersion: version,
    instanceClass: settings.instanceClass,
    multiAz: settings.multiAz,
    storageType: "gp3",
    allocatedStorage: settings.storage.initial,
    maxAllocatedStorage: settings.storage.max,
    storageEncrypted: true,
    kmsKeyId: key.arn,
    username: MASTER,
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: key.arn,
    iamDatabaseAuthenticationEnabled: false,
    port: PORT,
    dbSubnetGroupName: subnets.name,
    vpcSecurityGroupIds: [securityGroupId],
    publiclyAccessible: false,
    caCertIdentifier: "rds-ca-rsa2048-g1",
    parameterGroupName: parameters.name,
    backupRetentionPeriod: settings.backupDays,
    backupWindow: settings.backupWindow,
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: !isProtected,
    deletionProtection: isProtected,
    skipFinalSnapshot: !settings.finalSnapshot,
    ...(settings.finalSnapshot
      ? { finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final-${last.hex}` }
      : {}),
    maintenanceWindow: settings.maintenanceWindow,
    autoMinorVersionUpgrade: true,
    allowMajorVersionUpgrade: settings.allowMajorUpgrade,
    // What an update says that it has done is done, and the next one does not find it undone.
    applyImmediately: true,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: key.arn,
    performanceInsightsRetentionPeriod: 7,
    enabledCloudwatchLogsExports: [...LOGS],
    tags: tagsOf(context, identifier),
  };
  return new rds.Instance(`${name}-instance`, transformed(args, spec.transform.instance), {
    parent,
    protect: isProtected,
    // Its name is fixed: two of them cannot be there at once.
    deleteBeforeReplace: true,
    dependsOn: [context.admission, ...logs],
  });
}

/** RDS's own formulas see to memory and connections; what the user asks for goes before them. */
function createParameters(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  { name, version, settings, maxConnections }: PostgresSpec,
): rds.ParameterGroup {
  const all = {
    "rds.force_ssl": "1",
    ...(maxConnections === undefined ? {} : { max_connections: String(maxConnections) }),
    ...settings,
  };
  return new rds.ParameterGroup(
    `${name}-parameters`,
    {
      family: `postgres${version}`,
      description: `Settings of ${stackName(context, name)}`,
      parameters: Object.entries(all).map(([setting, value]) => ({
        name: setting,
        value,
        applyMethod: READ_AT_START.has(setting) ? "pending-reboot" : "immediate",
      })),
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
}

const LOGS = ["postgresql", "upgrade"] as const;

/** RDS would make them by itself, outside of the stack: unencrypted, and kept for ever. */
function logGroups(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  identifier: string,
): cloudwatch.LogGroup[] {
  return LOGS.map((log) =>
    createLogGroup(context, parent, `${name}-${log}`, `/aws/rds/instance/${identifier}/${log}`),
  );
}
