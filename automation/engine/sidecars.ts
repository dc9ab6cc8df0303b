import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

const SIDECAR = ".attrs";
/** A killed engine leaves at most the file that it was writing in this state, and names of copies begin with their time. */
const NEWEST = 4;

/** What has to be done before each start of the engine, as its settings take it; nothing where the state is in no folder. */
export function mending(
  dir: string | undefined,
  project: string,
  stack: string,
): { before?: () => Promise<void> } {
  return dir === undefined ? {} : { before: () => mendSidecars(dir, project, stack) };
}

/**
 * Removes what an engine that was killed has left half written of a stack in a `file://` backend. The engine replaces a file
 * in one step, but not the attributes (type, checksum) that it keeps beside each, and then cannot read the file itself: "failed
 * to load checkpoint: EOF", from then on. A file without attributes it reads. So it does where another engine is just writing
 * them: that one goes on writing a file which has no name any more.
 * @param dir The backend's folder.
 * @param stack The stack's own name.
 */
async function mendSidecars(dir: string, project: string, stack: string): Promise<void> {
  const base = join(dir, ".pulumi");
  const of = (name: string): boolean => name.startsWith(`${stack}.json`);
  await Promise.all([
    mend(base, (name) => name === `meta.yaml${SIDECAR}`),
    mend(join(base, "stacks", project), of),
    ...["history", "backups"].map((kind) => mend(join(base, kind, project, stack), () => true)),
  ]);
}

async function mend(folder: string, isAffected: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const sidecars = names.filter((name) => name.endsWith(SIDECAR) && isAffected(name));
  const newest = sidecars.sort().reverse().slice(0, NEWEST);
  await Promise.all(
    newest.map(async (name) => {
      const file = join(folder, name);
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text !== undefined && !isWhole(text)) await rm(file, { force: true });
    }),
  );
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
