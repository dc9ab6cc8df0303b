import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { ReadStream } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { SchemaBackup } from "../../../migrations/status";
import { COPY_BESIDE, SWAP } from "../../../restoreScripts";
import { stampOf } from "../../../stamp";
import { ask, docker } from "../client";
import { run } from "../exec";
import type { TaskDatabase } from "../types";
import { framesOf } from "./frames";

const LOGIN = `export PGPASSWORD="$POSTGRES_PASSWORD" PGHOST=127.0.0.1 PGUSER=postgres
`;
const COPY = `${LOGIN}${COPY_BESIDE}pg_restore --exit-on-error -d "$fresh" >&2
`;
const SWAP_MS = 60_000;

/** Whether a backup's file is there, and as it was written. @returns what is wrong with it */
export async function flawOf({
  id,
  folder,
  size,
  sha256,
}: SchemaBackup): Promise<string | undefined> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path.join(folder, `${id}.dump`))) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
  if (bytes === size && hash.digest("hex") === sha256) return undefined;
  return "is not what was written: its checksum differs";
}

/**
 * Puts a copy in a database's place. Until then the database takes reads and writes; with them, as it was, it stays under
 * the name that is returned.
 */
export async function restore(
  { server, name, role }: TaskDatabase,
  { id, folder }: SchemaBackup,
): Promise<string> {
  const args = [name, role, stampOf(Date.now())];
  const copied = await piped(
    server,
    ["sh", "-c", COPY, ...args],
    createReadStream(path.join(folder, `${id}.dump`)),
  );
  const { exitCode, said } =
    copied.exitCode === 0 ? await swapped(server, ["sh", "-c", LOGIN + SWAP, ...args]) : copied;
  if (exitCode === 0) return said.trim();
  throw new Error(
    `backup ${id} could not be restored, and the database is as it was: ${said.trim() || `exit code ${String(exitCode)}`}`,
  );
}

interface Ended {
  exitCode: number | null;
  said: string;
}

async function swapped(server: string, command: string[]): Promise<Ended> {
  const { exitCode, output, errorOutput } = await run(server, command, SWAP_MS);
  return { exitCode, said: exitCode === 0 ? output : errorOutput.trim() || output };
}

/** Runs a command with a file as its input. */
async function piped(server: string, command: string[], input: ReadStream): Promise<Ended> {
  const exec = await ask(`run pg_restore in container "${server}"`, () =>
    docker()
      .getContainer(server)
      .exec({ Cmd: command, AttachStdin: true, AttachStdout: true, AttachStderr: true }),
  );
  const stream = await ask("attach to pg_restore", () => exec.start({ hijack: true, stdin: true }));
  let said = "";
  const reading = (async () => {
    for await (const { data } of framesOf(stream)) said = `${said}${data.toString()}`.slice(-2000);
  })();
  // A script that fails stops reading: what it said is worth more than that.
  const writing = pipeline(input, stream, { end: true }).catch(() => undefined);
  await reading;
  stream.destroy();
  await writing;
  const { ExitCode: exitCode } = await ask("read the exit code of pg_restore", () =>
    exec.inspect(),
  );
  return { exitCode, said };
}
