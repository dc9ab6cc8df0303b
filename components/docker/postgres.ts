import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PostgresSpec, StoreDeployment } from "../platform";
import { ASSERT_ROLE, postgresImage, PSQL } from "../postgresRole";
import { postgresSettings } from "../postgresSettings";
import { environmentLines } from "./container";
import type { DockerContext } from "./context";
import { store } from "./store";

const START = "/landfall/start-postgres";
const READY_FILE = "/tmp/landfall-role-ready";
const DEFAULT_CONNECTIONS = 100;

/**
 * Postgres on Docker. The role that services use is not the superuser. It and its database are asserted at
 * every start, so a new password reaches a cluster that has long been initialised.
 */
export function postgres(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: PostgresSpec,
): StoreDeployment {
  const superuser = new random.RandomPassword(
    `${spec.name}-superuser-password`,
    { length: 32, special: false },
    { parent, dependsOn: [context.ports] },
  );
  const { memoryMb, maxConnections = DEFAULT_CONNECTIONS } = spec;
  const tuned = { ...postgresSettings(memoryMb, maxConnections), ...spec.settings };
  const settings = Object.entries(tuned).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return store(context, parent, {
    name: spec.name,
    role: "postgres",
    image: spec.image ?? postgresImage(spec.version),
    port: 5432,
    dataPath: "/var/lib/postgresql/data",
    memoryMb: spec.memoryMb,
    deletionProtection: spec.deletionProtection,
    transform: spec.transform,
    readyCommand: ["sh", "-c", `test -f ${READY_FILE} && pg_isready -q -h 127.0.0.1`],
    container: {
      entrypoints: ["bash", START],
      command: ["postgres", ...settings],
      envs: environmentLines({
        POSTGRES_PASSWORD: pulumi.secret(superuser.result),
        LANDFALL_ROLE: spec.user,
        LANDFALL_DATABASE: spec.database,
        LANDFALL_PASSWORD: spec.password,
      }),
      uploads: [{ file: START, content: startScript(), permissions: "0555" }],
      shmSize: Math.max(64, Math.floor(spec.memoryMb / 4)),
      // Postgres' fast shutdown: no new connections, open transactions are rolled back, a checkpoint is written.
      stopSignal: "SIGINT",
      stopTimeout: 60,
    },
  });
}

function startScript(): string {
  return `#!/bin/bash
set -eu
rm -f ${READY_FILE}
# The temporary server of a first start listens on a Unix socket only, so TCP means the real one.
assert_role() {
  until pg_isready -q -h 127.0.0.1; do sleep 0.1; done
  PGPASSWORD="$POSTGRES_PASSWORD" ${PSQL} -h 127.0.0.1 -U postgres -d postgres <<'SQL'
${ASSERT_ROLE}SQL
}
(
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    if assert_role; then touch ${READY_FILE}; exit 0; fi
    sleep 1
  done
  echo "landfall: the role could not be asserted; see the messages above" >&2
) &
exec docker-entrypoint.sh "$@"
`;
}
