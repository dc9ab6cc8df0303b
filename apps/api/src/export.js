import { setTimeout as sleep } from "node:timers/promises";

const PAGE = 500;
const STEPS = 10;

/**
 * All purchases as lines of JSON, closed by `{"type":"end","rows":N}`: a file without that line is not whole. The pace
 * spreads the stream over at least `delayMs`, to go easy on a slow consumer or on the database.
 *
 * @param {Pick<import("./purchases.js").Purchases, "listAfter">} purchases
 * @param {number} delayMs
 * @param {AbortSignal} signal
 */
export async function* exportLines(purchases, delayMs, signal) {
  yield line({ type: "start", startedAt: new Date().toISOString() });
  let rows = 0;
  let after = 0;
  for (let step = 1, more = true; more || step <= STEPS; step += 1) {
    if (step <= STEPS && delayMs > 0) await sleep(delayMs / STEPS, undefined, { signal });
    /** @type {import("./purchases.js").Purchase[]} */
    const page = more ? await purchases.listAfter({ limit: PAGE, after }) : [];
    for (const purchase of page) yield line(purchase);
    rows += page.length;
    after = page.at(-1)?.id ?? after;
    more = page.length === PAGE;
  }
  yield line({ type: "end", rows });
}

/** @param {unknown} value */
function line(value) {
  return `${JSON.stringify(value)}\n`;
}
