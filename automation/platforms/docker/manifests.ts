import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { SchemaBackup } from "../../../components/migrations/status";

const manifest = z.object({
  ...{ id: z.string().regex(/^[\w-]{1,100}$/), head: z.string(), takenAt: z.string() },
  ...{ size: z.number(), sha256: z.string() },
});

/** The copies in a folder, of which both files are there. */
export async function manifestsIn(folder: string): Promise<SchemaBackup[]> {
  const files = await readdir(folder).catch((): string[] => []);
  const whole = files.filter((name) => files.includes(name.replace(/\.json$/, ".dump")));
  const found = await Promise.all(
    whole
      .filter((name) => name.endsWith(".json"))
      .map(async (name): Promise<SchemaBackup[]> => {
        try {
          const text = await readFile(join(folder, name), "utf8");
          return [{ ...manifest.parse(JSON.parse(text)), folder }];
        } catch {
          return [];
        }
      }),
  );
  return found.flat();
}
