import { percentile } from "../test/support/load";
import { bench } from "./support/bench";
import { against, median, printTable, ratio, spread } from "./support/figures";
import { predict } from "./support/mixes";
import type { OpenLoopResult } from "./support/openLoop";
import { openLoop } from "./support/openLoop";
import { BenchStack } from "./support/stack";

const PER_SECOND = 50;
const SECONDS = 10;
const ROUNDS = 6;
const LIMIT_MS = 50;

/**
 * An answer of the predictor through the router, and from its container directly. The predictor is internal: the
 * requests go to addresses of the stack's network, with the host name that a link gives.
 */
void bench(`predictor at ${PER_SECOND} requests a second, open loop`, 15, async (run) => {
  const stack = new BenchStack(run, "predictor", { web: 28480, api: 28430 });
  run.step("bringing the stack up");
  await stack.remove();
  await stack.deploy();
  const [container = ""] = await stack.containers("predictor");
  const router = await stack.addressOf(`landfall-${stack.stack}-router`);
  const direct = await stack.addressOf(container);
  const ways = [
    { name: "through the router", address: router, results: new Array<OpenLoopResult>() },
    { name: "directly", address: direct, results: new Array<OpenLoopResult>() },
  ];
  const ask = (address: string, seconds: number) =>
    openLoop(
      { ...predict, url: `http://${address}:5000${predict.path}` },
      PER_SECOND,
      seconds,
      run.signal,
    );
  for (const { address } of ways) await ask(address, 2);
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`round ${round} of ${ROUNDS}`);
    for (const way of round % 2 === 1 ? ways : ways.toReversed())
      way.results.push(await ask(way.address, SECONDS));
  }
  const at = (results: readonly OpenLoopResult[], share: number) =>
    results.map(({ latencies }) => percentile(latencies, share));
  const floor = median(at(ways[1]?.results ?? [], 0.95));
  printTable(
    [`median of ${ROUNDS} x ${SECONDS} s`, "p50", "p95", "p99", "requests", "failed", "p95 ratio"],
    ways.map(({ name, results }) => [
      name,
      ...[0.5, 0.95, 0.99].map((share) => spread(at(results, share), "ms")),
      String(results.reduce((sum, { latencies }) => sum + latencies.length, 0)),
      String(results.reduce((sum, { failures }) => sum + failures.length, 0)),
      ratio(median(at(results, 0.95)), floor),
    ]),
  );
  const p95 = median(at(ways[0]?.results ?? [], 0.95));
  process.stdout.write(
    `p95 through the router ${p95.toFixed(1)} ms: ${against(p95 < LIMIT_MS, `under ${LIMIT_MS} ms`)}\n`,
  );
});
