import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { z } from "zod";

import { RefusedError } from "../errors";
import type { Seal } from "../fingerprint";

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const planShape = z.strictObject({
  format: z.literal(1),
  kind: z.literal("landfall-plan"),
  project: z.string(),
  stack: z.string(),
  createdAt: z.iso.datetime(),
  by: z.strictObject({ user: z.string(), host: z.string() }),
  engine: z.string(),
  program: z.strictObject({ commit: z.string().optional(), files: hash }),
  lockfile: z.string().optional(),
  /** Sealed: a plain hash of a short secret could be tried out. */
  config: z.record(z.string(), hash),
  /** Image ids by reference, as the daemon has them; build contexts by their hash in the reference. */
  images: z.record(z.string(), z.string()),
  state: hash,
  /** What an update does, by URN. */
  changes: z.array(z.strictObject({ urn: z.string(), op: z.string() })),
  /** Over everything else, under the stack's key. */
  seal: hash,
});

/** What a preview has shown and what it depends on; no values, only hashes. */
export type SavedPlan = z.infer<typeof planShape>;

export function sealed(plan: Omit<SavedPlan, "seal">, seal: Seal): SavedPlan {
  return { ...plan, seal: seal(contentOf(plan)) };
}

/** Writes a plan for its owner alone, as a whole or not at all. */
export async function writePlan(file: string, plan: SavedPlan): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(plan, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** @throws RefusedError when it is none, is damaged or was changed */
export async function readPlan(file: string, seal: Seal): Promise<SavedPlan> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw unusable(file, `cannot be read: ${(error as Error).message}`, error);
  });
  const value = parsed(text);
  const { kind, format } = z.looseObject({}).catch({}).parse(value);
  if (kind !== "landfall-plan") throw unusable(file, "is no plan");
  if (typeof format === "number" && format > 1)
    throw unusable(file, `has format ${format}, of a later version; this one reads 1`);
  const checked = planShape.safeParse(value);
  if (!checked.success) throw unusable(file, "is damaged", checked.error);
  const { seal: given, ...rest } = checked.data;
  if (seal(contentOf(rest)) !== given)
    throw unusable(file, "was changed since it was saved, or belongs to another stack or backend");
  return checked.data;
}

/** In an order of its own: a file that was only formatted anew is the same plan. */
function contentOf(plan: Omit<SavedPlan, "seal">): unknown {
  return sorted(plan);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unusable(file: string, why: string, cause?: unknown): RefusedError {
  return new RefusedError(`the plan ${file} ${why}`, {
    cause,
    fix: "Make a new one with `landfall preview --save FILE`.",
  });
}
