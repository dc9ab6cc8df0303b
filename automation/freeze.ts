import { z } from "zod";

import { RefusedError } from "./errors";
import type { ReleaseStore } from "./release";
import type { Freeze } from "./results";
import type { Session } from "./session";

const freezeShape = z.looseObject({
  format: z.literal(1),
  reason: z.string(),
  since: z.string(),
  by: z.looseObject({ user: z.string(), host: z.string() }),
  until: z.string().optional(),
});

/** The freeze that holds now; one whose time has come does not. */
export async function currentFreeze(store: ReleaseStore, now: number): Promise<Freeze | undefined> {
  const freeze = await readFreeze(store);
  return freeze?.until !== undefined && Date.parse(freeze.until) <= now ? undefined : freeze;
}

/** The freeze as it was written. One that cannot be read holds: somebody wanted nothing to be deployed. */
export async function readFreeze(store: ReleaseStore): Promise<Freeze | undefined> {
  const text = await store.readNote("freeze");
  if (text === undefined) return undefined;
  try {
    const { reason, since, by, until } = freezeShape.parse(JSON.parse(text));
    return { reason, since, by, ...(until === undefined ? {} : { until }) };
  } catch {
    const by = { user: "unknown", host: "unknown" };
    return { reason: "its note cannot be read", since: new Date(0).toISOString(), by };
  }
}

export async function writeFreeze(store: ReleaseStore, freeze: Freeze): Promise<void> {
  await store.writeNote("freeze", `${JSON.stringify({ format: 1, ...freeze }, null, 2)}\n`);
}

/**
 * Lets a deploy begin only where nothing is frozen, or a reason was given to do it all the same.
 * @returns the freeze that was overridden
 * @throws RefusedError
 */
export async function refuseFrozen(
  { store, context, stack }: Pick<Session, "store" | "context" | "stack">,
  override: string | undefined,
): Promise<Freeze | undefined> {
  const freeze = await currentFreeze(store, context.clock.now());
  if (freeze === undefined || override !== undefined) return freeze;
  throw new RefusedError(`stack "${stack}" is frozen ${describeFreeze(freeze)}`, {
    fix: "Wait, run `landfall unfreeze`, or deploy all the same with `--override-freeze REASON`, which the release records.",
  });
}

/** Who froze it, when, until when and why. */
export function describeFreeze({ reason, since, by, until }: Freeze): string {
  const end = until === undefined ? "until it is lifted" : `until ${until}`;
  return `${end} (by ${by.user}@${by.host}, ${since}): ${reason}`;
}
