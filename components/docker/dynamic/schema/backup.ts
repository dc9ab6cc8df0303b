import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { SchemaBackup } from "../../../migrations/status";
import { stampOf } from "../../../stamp";
import { ask, docker, pathOf } from "../client";
import type { TaskDatabase } from "../types";
import { framesOf } from "./frames";

const DUMP = `PGPASSWORD="$POSTGRES_PASSWORD" exec pg_dump -h 127.0.0.1 -U postgres -Fc -d "$0"`;
const PARTIAL = ".partial";

/**
 * Copies a whole database into a file beside a description of it, both readable by this user alone. Only a complete copy
 * gets its name: one that was cut off is removed with the next.
 */
export async function backUp(
  database: TaskDatabase,
  backups: string,
  head: string,
  timeoutMs: number,
): Promise<SchemaBackup> {
  const folder = pathOf(backups);
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await fs.readdir(folder))
    if (name.endsWith(PARTIAL)) await fs.rm(path.join(folder, name), { force: true });
  const begun = Date.now();
  const takenAt = new Date(begun).toISOString();
  const id = `${database.name}-${stampOf(begun)}-${randomBytes(3).toString("hex")}`;
  const file = path.join(folder, `${id}.dump`);
  const written = await dumpTo(`${file}${PARTIAL}`, database, timeoutMs);
  await fs.rename(`${file}${PARTIAL}`, file);
  const backup = { id, folder, head, takenAt, ...written };
  await writeWhole(path.join(folder, `${id}.json`), `${JSON.stringify(backup, null, 2)}\n`);
  return backup;
}

async function dumpTo(
  file: string,
  { server, name }: TaskDatabase,
  timeoutMs: number,
): Promise<Pick<SchemaBackup, "size" | "sha256">> {
  const handle = await fs.open(file, "wx", 0o600);
  const hash = createHash("sha256");
  let size = 0;
  let said = "";
  try {
    const { exec, stream } = await started(server, name);
    const timer = setTimeout(() => {
      stream.destroy(new Error(`it did not end within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    try {
      for await (const { stream: from, data } of framesOf(stream)) {
        if (from === "stderr") said = `${said}${data.toString("utf8")}`.slice(-1000);
        else {
          await handle.write(data);
          hash.update(data);
          size += data.length;
        }
      }
    } finally {
      clearTimeout(timer);
    }
    const { ExitCode: code } = await ask("read the exit code of pg_dump", () => exec.inspect());
    if (code !== 0) throw new Error(`pg_dump ended with exit code ${String(code)}: ${said.trim()}`);
    await handle.sync();
    return { size, sha256: hash.digest("hex") };
  } catch (cause) {
    await fs.rm(file, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`database "${name}" could not be backed up: ${why}`, { cause });
  } finally {
    await handle.close();
  }
}

async function started(server: string, name: string) {
  const exec = await ask(`run pg_dump in container "${server}"`, () =>
    docker()
      .getContainer(server)
      .exec({ Cmd: ["sh", "-c", DUMP, name], AttachStdout: true, AttachStderr: true }),
  );
  const stream = await ask("attach to pg_dump", () => exec.start({}));
  return { exec, stream };
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await fs.open(`${file}${PARTIAL}`, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(`${file}${PARTIAL}`, file);
}
