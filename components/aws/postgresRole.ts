import type * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { ASSERT_ROLE, PSQL } from "../postgresRole";
import type { NetworkPermission } from "../link";
import type { PostgresSpec } from "../specs";
import type { AwsContext } from "./context";
import { runTask } from "./task";

/** Name of RDS's master user. */
export const MASTER = "postgres";

/** A server whose role is made sure of. */
export interface RoleServer {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** An image with psql. */
  readonly image: string;
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
      image: { kind: "reference", name, ref: server.image },
      command: ["bash", "-c", script()],
      env: {
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: MASTER,
        PGDATABASE: "postgres",
        PGSSLMODE: "require",
        PGCONNECT_TIMEOUT: "5",
        LANDFALL_ROLE: spec.user,
        LANDFALL_DATABASE: spec.database,
      },
      secrets: { LANDFALL_PASSWORD: spec.password },
      links: [
        {
          name: spec.name,
          env: {},
          secrets: {},
          permission: server.permission,
          ready: [server.instance],
        },
      ],
      memoryMb: 512,
      timeoutMs: 10 * 60_000,
      runKey: `${spec.user}/${spec.database}`,
    },
    [
      {
        name: "PGPASSWORD",
        store: "secretsmanager",
        arn: server.masterSecretArn,
        // RDS changes it every week: whichever is the current one when the task starts.
        valueFrom: pulumi.interpolate`${server.masterSecretArn}:password::`,
        version: pulumi.output(""),
      },
    ],
  );
  return run;
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
