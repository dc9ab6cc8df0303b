import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import type Docker from "dockerode";

import { within } from "../../../components/docker/dynamic/client";
import { LandfallError } from "../../errors";
import type { ReadOnlyAdapter } from "../types";
import { dockerClient, ownerOf } from "./client";
import { containersOf } from "./containers";
import * as sql from "./readOnlySql";

const timeoutMs = 90_000;

/** Asks the server in its own container: users and passwords are in its environment. */
export const readOnly = {
  async databases(session, { state }) {
    const found = await containersOf(dockerClient(session.env), session, ownerOf(state));
    return found
      .filter(({ role }) => role === "postgres")
      .map(({ name, service: database }) => ({ name, database }));
  },

  access({ env }, _deployed, { name }) {
    const docker = dockerClient(env);
    return {
      isClosed: () => isClosed(docker, name),
      close: () => close(docker, name),
      open: () => open(docker, name),
      objection: (shouldBeClosed) => objection(docker, name, shouldBeClosed),
    };
  },
} satisfies ReadOnlyAdapter;

/** Makes the database in a container refuse writes, and tells how many sessions were ended for it. */
async function close(docker: Docker, container: string): Promise<number> {
  // The first round ends what might still make tables, the second what began to write before the rights were gone.
  const first = await asSuperuser(docker, container, [sql.close, sql.endWriters]);
  const second = await asSuperuser(docker, container, [sql.revoke, sql.endWriters]);
  return lastNumber(first) + lastNumber(second);
}

/** Has it take writes again, with every right as it was. */
async function open(docker: Docker, container: string): Promise<void> {
  await asSuperuser(docker, container, [sql.open]);
}

/** Whether it refuses writes. */
export async function isClosed(docker: Docker, container: string): Promise<boolean> {
  return (await asSuperuser(docker, container, [sql.isClosed])).trim().endsWith("t");
}

/** What keeps the services' own role from writing, or from not writing; undefined where all is as it should be. */
/** Sessions of clients, this question's own left out. */
export async function connectionsOf(docker: Docker, container: string): Promise<number> {
  const count = `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  return lastNumber(await asSuperuser(docker, container, [count]));
}

async function objection(
  docker: Docker,
  container: string,
  shouldBeClosed: boolean,
): Promise<string | undefined> {
  const writable = await psql(docker, container, "role", [sql.writable]);
  if (writable.exitCode !== 0) return `the role cannot look: ${writable.errorOutput.trim()}`;
  const count = lastNumber(writable.output);
  const { exitCode, errorOutput } = await psql(docker, container, "role", [sql.attempt]);
  if (!shouldBeClosed) {
    return exitCode === 0 ? undefined : `the role cannot write: ${errorOutput.trim()}`;
  }
  if (count > 0) return `the role may still write ${count} relations`;
  return exitCode === 0 ? "the role could still create a table" : undefined;
}

async function asSuperuser(
  docker: Docker,
  container: string,
  statements: readonly string[],
): Promise<string> {
  const { exitCode, output, errorOutput } = await psql(docker, container, "superuser", statements);
  if (exitCode === 0) return output;
  const said = errorOutput.trim().split("\n").slice(-5).join("\n");
  throw new LandfallError("database", `the database in ${container} refused: ${said}`);
}

/** Users, passwords and the database's name stay in the container's environment; the SQL holds no secret. */
const logins = {
  superuser: `PGPASSWORD="$POSTGRES_PASSWORD" PGUSER=postgres`,
  role: `PGPASSWORD="$LANDFALL_PASSWORD" PGUSER="$LANDFALL_ROLE"`,
} as const;

async function psql(
  docker: Docker,
  container: string,
  user: keyof typeof logins,
  statements: readonly string[],
): Promise<{ exitCode: number; output: string; errorOutput: string }> {
  const client = `${logins[user]} exec psql -X -q -A -t -h 127.0.0.1 -d "$LANDFALL_DATABASE" -v ON_ERROR_STOP=1 "$@"`;
  const args = statements.flatMap((statement) => ["-c", statement]);
  const exec = await docker.getContainer(container).exec({
    Cmd: ["sh", "-c", client, "psql", ...args],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.once("close", () => {
    out.end();
    err.end();
  });
  stream.once("end", () => stream.destroy());
  const [output, errorOutput] = await within(timeoutMs, Promise.all([text(out), text(err)]));
  const { ExitCode: exitCode } = await exec.inspect();
  return { exitCode: exitCode ?? -1, output, errorOutput };
}

function lastNumber(output: string): number {
  return Number(/(\d+)\s*$/.exec(output)?.[1] ?? 0);
}
