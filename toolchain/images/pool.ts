/** Runs work over items, a few at a time. The first failure ends it, once what is under way has ended. */
export async function settleInPool<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !failed; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: size }, worker));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
