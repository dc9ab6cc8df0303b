import { createHmac, randomBytes } from "node:crypto";

import type { ReleaseStore } from "../release";

/** Hashes that tell nothing to whoever lacks the stack's key, however few values there are to try. */
export type Seal = (value: unknown) => string;

/**
 * The key lies in the release store: who may read that may read the state as well. It is made when it is first needed;
 * of two that are made at once the last is kept, and what the other has sealed counts as changed.
 */
export async function sealOf(store: ReleaseStore): Promise<Seal> {
  const known = await store.readNote("key");
  if (known === undefined) await store.writeNote("key", `${randomBytes(32).toString("hex")}\n`);
  const key = (known ?? (await store.readNote("key")) ?? "").trim();
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new Error("the stack's key in the release store is damaged");
  return (value) =>
    createHmac("sha256", Buffer.from(key, "hex")).update(JSON.stringify(value)).digest("hex");
}
