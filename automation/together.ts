/**
 * `Promise.all` that also waits when one fails: what an operation has begun, an engine's process most of all, has ended when
 * the operation has. Else whoever cleans up after it, removes its folder or begins another, meets the rest of it.
 *
 * @throws what the first in the list to fail failed with
 */
export async function together<T extends readonly unknown[]>(
  begun: readonly [...T],
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  await Promise.allSettled(begun);
  return Promise.all(begun);
}
