import type Docker from "dockerode";

import { run } from "../../../components/docker/dynamic/exec";
import { LandfallError } from "../../errors";

const TIMEOUT_MS = 30_000;

/** Disk that a database in a container has left for its data, in MiB. @throws LandfallError `database` with what `df` said */
export async function freeStorageOf(docker: Docker, container: string): Promise<number> {
  const command = ["sh", "-c", 'df -Pm "$PGDATA"'];
  const { exitCode, output, errorOutput } = await run(container, command, TIMEOUT_MS, {
    client: docker,
  });
  const free = availableIn(output);
  if (exitCode === 0 && free !== undefined) return free;
  const said = errorOutput.trim() || output.trim();
  throw new LandfallError("database", `${container} does not tell what disk is left: ${said}`);
}

/** What `df -P` says is available: the fourth column of its last line. */
export function availableIn(output: string): number | undefined {
  const last = output.trim().split("\n").at(-1) ?? "";
  const free = /^\S.*\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(last)?.[1];
  return free === undefined ? undefined : Number(free);
}
