import type * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { ASSERT_ROLE, PSQL } from "../postgresRole";
import type { ImageSpec } from "../image";
import type { Link, NetworkPermission } from "../link";
import type { PostgresSpec, TaskSpec } from "../specs";
import type { ToolsTask } from "../status";
import type { AwsContext } from "./context";
import type { TaskSecret } from "./secrets";
import { defineTask, runTask } from "./task";

/** Name of RDS's master user. */
export const MASTER = "postgres";

/** A server whose role is made sure of. */
export interface RoleServer {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** An image with psql. */
  readonly image: ImageSpec;
  readonly masterSecretArn: pulumi.Output<string>;
  readonly permission: NetworkPermission;
  readonly instance: rds.Instance;
}

/**
 * Makes sure of the role and the database that services use, by a task with the master user's password. It runs again with
 * each change of their names or of the password.
 */
export function assertRole(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: PostgresSpec,
  server: RoleServer,
): pulumi.Resource {
  const name = `${spec.name}-role`;
  const { run } = runTask(
    context,
    parent,
    {
      name,
      image: server.image,
      command: ["bash", "-c", script()],
      env: {
        ...loginOf(server, "postgres"),
        LANDFALL_ROLE: spec.user,
        LANDFALL_DATABASE: spec.database,
      },
      secrets: { LANDFALL_PASSWORD: spec.password },
      links: [linkTo(spec.name, server)],
      memoryMb: 512,
      timeoutMs: 10 * 60_000,
      runKey: `${spec.user}/${spec.database}`,
    },
    [masterPassword(server)],
  );
  return run;
}

/**
 * Defines what one-off tasks on the database run as: a client that is logged in as the master user. Nothing runs until the
 * deployment SDK asks for it.
 */
export function databaseTools(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: PostgresSpec,
  server: RoleServer,
): pulumi.Output<ToolsTask> {
  const name = `${spec.name}-tools`;
  const { definition, group, logs } = defineTask(
    context,
    parent,
    {
      name,
      image: server.image,
      // Each task says what it does.
      command: ["psql", "--version"],
      env: loginOf(server, spec.database),
      secrets: {},
      links: [linkTo(spec.name, server)],
      memoryMb: 512,
    },
    [masterPassword(server)],
  );
  return pulumi
    .all([context.cluster.name, definition.arn, group.id, logs.name])
    .apply(([cluster, taskDefinition, securityGroup, logGroup]) =>
      pulumi.all([...context.network.privateSubnetIds]).apply((subnets) => ({
        ...{ cluster, taskDefinition, container: name, subnets },
        ...{ securityGroups: [securityGroup], logGroup, logPrefix: name },
      })),
    );
}

function loginOf({ host, port }: RoleServer, database: string): TaskSpec["env"] {
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: MASTER,
    PGDATABASE: database,
    PGSSLMODE: "require",
    PGCONNECT_TIMEOUT: "5",
  };
}

function linkTo(name: string, { permission, instance }: RoleServer): Link {
  return { name, env: {}, secrets: {}, permission, ready: [instance] };
}

function masterPassword({ masterSecretArn: arn }: RoleServer): TaskSecret {
  return {
    name: "PGPASSWORD",
    store: "secretsmanager",
    arn,
    // RDS changes it every week: whichever is the current one when the task starts.
    valueFrom: pulumi.interpolate`${arn}:password::`,
    version: pulumi.output(""),
  };
}

/** An instance that is new, or that has just been changed, may be a moment away. */
function script(): string {
  return `set -eu
for attempt in $(seq 60); do
  pg_isready -q && break
  sleep 2
done
${PSQL} <<'SQL'
${ASSERT_ROLE}SQL
`;
}
