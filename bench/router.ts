/**
 * The router's numbers: `npx ts-node bench/router.ts`. Ten switches of a service's server under 16 keep-alive
 * connections with slow requests, POSTs and uploads among them, and the cost of the router at 50 requests a second.
 * The load runs in a process of its own. Needs Docker and the base images.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import { route } from "../components/docker/dynamic/handlers";
import type { LoadResult } from "../test/docker/dynamic/load";
import { Load } from "../test/docker/dynamic/load";
import { SUBNETS } from "../test/docker/addresses";
import { SERVER_PORT, Testbed } from "../test/docker/dynamic/testbed";

const PORT = 3000;
const ROUTER = `${SUBNETS["lfrt-bench"]}.2`;
const SWITCHES = 10;
const RATE = 50;
const RATE_ROUNDS = 10;
const CONNECTIONS = { quick: 10, slow: 3, posts: 2, uploads: 1, pauseMs: 10 };

async function main(): Promise<void> {
  const bed = await Testbed.start("lfrt-bench");
  try {
    const [blue, green] = await Promise.all([bed.server("blue"), bed.server("green")]);
    await route.create(bed.inputs("api", PORT, [blue]));

    const quiet = await underLoad(() => sleep(10_000));
    const times: number[] = [];
    const busy = await underLoad(async () => {
      for (let index = 0; index < SWITCHES; index++) {
        const inputs = bed.inputs("api", PORT, [index % 2 === 0 ? green : blue]);
        const started = performance.now();
        await route.update("api", { ...inputs, upstreams: [], mode: "runtime" }, inputs);
        times.push(performance.now() - started);
      }
    });
    print(`${SWITCHES} switches, ${busy.requests} requests, failed`, busy.failures.length);
    for (const failure of new Set(busy.failures)) console.log(`  ${failure}`);
    print("longest time without any answer, ms", busy.longestGapMs);
    print("  the same without a switch, ms", quiet.longestGapMs);
    print("switch with drain of 2 s requests, median ms", quantile(times, 0.5));

    const reloads: number[] = [];
    const reloaded = await underLoad(async () => {
      for (let index = 0; index < 5; index++) {
        const web = { ...bed.inputs("web", PORT + 1, [green]), drainSeconds: 0 };
        const started = performance.now();
        await route.create(web);
        reloads.push(performance.now() - started);
        await route.delete("web", { ...web, upstreams: [], mode: "reload" });
      }
    });
    print(`10 reloads, ${reloaded.requests} requests, failed`, reloaded.failures.length);
    for (const failure of new Set(reloaded.failures)) console.log(`  ${failure}`);
    print("longest time without any answer, ms", reloaded.longestGapMs);
    print("reload, median ms", quantile(reloads, 0.5));

    const alone: number[] = [];
    for (let index = 0; index < SWITCHES; index++) {
      const inputs = bed.inputs("api", PORT, [index % 2 === 0 ? green : blue]);
      const started = performance.now();
      await route.update("api", { ...inputs, upstreams: [], mode: "runtime" }, inputs);
      alone.push(performance.now() - started);
    }
    print("switch without load, median ms", quantile(alone, 0.5));

    const address = (await bed.address(blue.name)) ?? "";
    const direct: number[] = [];
    const routed: number[] = [];
    // In turns, so that both meet the same moods of the machine.
    for (let round = 0; round < RATE_ROUNDS; round++) {
      direct.push(...(await latencies(address, SERVER_PORT)));
      routed.push(...(await latencies(ROUTER, PORT)));
    }
    print(`p95 at ${RATE} requests a second, direct, ms`, quantile(direct, 0.95));
    print(`p95 at ${RATE} requests a second, through the router, ms`, quantile(routed, 0.95));
    print("ratio", quantile(routed, 0.95) / quantile(direct, 0.95));
  } finally {
    await bed.stop();
  }
}

async function underLoad(work: () => Promise<unknown>): Promise<LoadResult> {
  const child = fork(__filename, ["load"], { execArgv: ["-r", "ts-node/register"] });
  await once(child, "message");
  await sleep(1000);
  await work();
  await sleep(500);
  child.send("stop");
  const [result] = (await once(child, "message")) as [LoadResult];
  child.disconnect();
  return result;
}

async function loadProcess(): Promise<void> {
  const load = new Load({ host: ROUTER, port: PORT, ...CONNECTIONS });
  process.send?.("started");
  await once(process, "message");
  process.send?.(await load.stop());
}

/** Milliseconds of each answer at a steady rate for a second, whatever the answers do. */
async function latencies(host: string, port: number): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true });
  const taken: Promise<number>[] = [];
  const start = performance.now();
  for (let index = 0; index < RATE; index++) {
    await sleep(start + (index * 1000) / RATE - performance.now());
    const sent = performance.now();
    taken.push(
      new Promise((resolve, reject) => {
        http
          .get({ host, port, agent, path: "/quick" }, (response) => {
            response.resume().on("end", () => {
              resolve(performance.now() - sent);
            });
          })
          .on("error", reject);
      }),
    );
  }
  const all = await Promise.all(taken);
  agent.destroy();
  return all;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function print(what: string, value: number): void {
  console.log(`${what.padEnd(58)} ${value >= 100 ? Math.round(value) : Number(value.toFixed(2))}`);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

(process.argv[2] === "load" ? loadProcess() : main()).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
