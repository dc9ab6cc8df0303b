import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { z } from "zod";

import { UsageError } from "../errors";
import type { OfflineResource } from "./types";

const shape = z.object({
  format: z.literal(1),
  kind: z.literal("landfall-offline-plan"),
  project: z.string(),
  stack: z.string(),
  resources: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      parent: z.string().optional(),
      protect: z.literal(true).optional(),
      inputs: z.record(z.string(), z.unknown()),
      dependsOn: z.array(z.string()),
    }),
  ),
});

/** A plan as it is kept: nothing in it depends on when, where and by whom it was made. */
export type SavedOfflinePlan = z.infer<typeof shape>;

/** The plan as the text of a file: fit for a repository, whose diffs then show what a change comes to. */
export function textOfPlan(
  project: string,
  stack: string,
  resources: readonly OfflineResource[],
): string {
  const plan = { format: 1, kind: "landfall-offline-plan", project, stack, resources };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** @throws UsageError when the file is no such plan, or one of another project */
export async function readOfflinePlan(file: string, project: string): Promise<SavedOfflinePlan> {
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError([{ path: "diff", message: `${file} ${why}` }], { cause });
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw wrong(`cannot be read: ${(error as Error).message}`, error);
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw wrong("is no JSON", error);
  }
  const parsed = shape.safeParse(raw);
  if (!parsed.success) throw wrong("is no plan that `plan --offline --save` has written");
  if (parsed.data.project !== project) throw wrong(`is a plan of project ${parsed.data.project}`);
  return parsed.data;
}

/** Writes a file as a whole or not at all. @throws UsageError where it cannot */
export async function writeWhole(file: string, field: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, file);
  } catch (cause) {
    const message = `${file} cannot be written: ${(cause as Error).message}`;
    throw new UsageError([{ path: field, message }], { cause });
  } finally {
    await rm(temporary, { force: true });
  }
}
