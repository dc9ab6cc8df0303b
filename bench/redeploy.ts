import type { LoadResult } from "../test/support/load";
import { percentile } from "../test/support/load";
import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../test/docker/stack/harness";
import type { Run } from "./support/bench";
import { bench, timed } from "./support/bench";
import { against, printTable, ratio, spread } from "./support/figures";
import { apiClients, predictorClients } from "./support/mixes";
import type { Images } from "./support/stack";
import { BenchStack } from "./support/stack";
import type { TrafficKind } from "./support/traffic";
import { Traffic } from "./support/traffic";

const REPLACEMENTS = 10;
const REQUESTS = 20_000;
const GAP_MS = 250;
const FLOOR_SECONDS = 15;
/** Some 150 requests a second: without a pause the clients alone take both cores, and nothing has an answer every 250 ms. */
const PAUSE_MS = 100;

interface Measured {
  readonly service: string;
  readonly seconds: readonly number[];
  readonly load: LoadResult;
  /** The same clients while nothing is deployed. */
  readonly floor: LoadResult;
}

/** Replacements in a row under keep-alive, slow and POST requests, none of which may fail. */
void bench("redeploy under load: 10 replacements of api and of predictor", 30, async (run) => {
  const stack = new BenchStack(run, "redeploy", { web: 28280, api: 28230 });
  run.step("bringing the stack up");
  await stack.remove();
  await stack.deploy();
  const images = await stack.images();
  await stack.deploy(stack.pin(images));
  const router = await stack.addressOf(`landfall-${stack.stack}-router`);
  const measured = [
    await replacing(run, stack, images, "api", apiClients(stack.apiUrl, PAUSE_MS)),
    await replacing(
      run,
      stack,
      images,
      "predictor",
      predictorClients(`http://${router}:5000`, PAUSE_MS),
    ),
  ];
  report(measured);
});

async function replacing(
  run: Run,
  stack: BenchStack,
  images: Images,
  service: "api" | "predictor",
  clients: readonly TrafficKind[],
): Promise<Measured> {
  run.step(`${service}: the same clients while nothing is deployed`);
  const quiet = await Traffic.start(run, clients, 60);
  await sleep(FLOOR_SECONDS * 1000);
  const floor = await quiet.stop();
  const other = await stack.relabelled(images[service], `${service}-other`);
  const traffic = await Traffic.start(run, clients, 1200);
  const seconds: number[] = [];
  for (let count = 1; count <= REPLACEMENTS; count++) {
    const image = count % 2 === 1 ? other : images[service];
    const pins = stack.pin({ ...images, [service]: image });
    seconds.push((await timed(() => stack.deploy(pins))).seconds);
    run.step(`${service}: replacement ${count} took ${(seconds.at(-1) ?? 0).toFixed(1)} s`);
    const running = await Promise.all((await stack.containers(service)).map(imageOf));
    if (running.length === 0 || running.some((id) => id !== image))
      throw new Error(`${service} runs ${running.join(", ") || "nothing"} instead of ${image}`);
  }
  return { service, seconds, load: await traffic.stop(), floor };
}

function imageOf(container: string): Promise<string> {
  return docker("inspect", "--format", "{{.Image}}", container);
}

function report(measured: readonly Measured[]): void {
  printTable(
    ["", ...measured.map(({ service }) => service)],
    [
      ["replacements", ...measured.map(({ seconds }) => String(seconds.length))],
      ["time of one", ...measured.map(({ seconds }) => spread(seconds, "s"))],
      ["requests", ...measured.map(({ load }) => String(load.requests))],
      ["failed", ...measured.map(({ load }) => String(load.failures.length))],
      ["longest time without any answer", ...measured.map(({ load }) => ms(load.longestGapMs))],
      ["  while nothing is deployed", ...measured.map(({ floor }) => ms(floor.longestGapMs))],
      ...["version", "purchases", "health", "post"].map((name) => [
        `p95 of ${name}, against nothing deployed`,
        ...measured.map(({ load, floor }) => p95(load, floor, name)),
      ]),
    ],
  );
  const loads = measured.map(({ load }) => load);
  const requests = loads.reduce((sum, load) => sum + load.requests, 0);
  const failures = loads.flatMap((load) => load.failures);
  const gap = Math.max(...loads.map((load) => load.longestGapMs));
  const rows = [
    `requests in all ${requests}: ${against(requests >= REQUESTS, `at least ${REQUESTS}`)}`,
    `failed ${failures.length}: ${against(failures.length === 0, "none")}`,
    `longest time without any answer ${ms(gap)}: ${against(gap < GAP_MS, `under ${GAP_MS} ms`)}`,
  ];
  process.stdout.write(`${[...rows, ...failures.slice(0, 10)].join("\n")}\n`);
}

function p95(load: LoadResult, floor: LoadResult, name: string): string {
  const values = load.latencies[name];
  if (values === undefined) return "";
  const [under, idle] = [values, floor.latencies[name] ?? []].map((each) => percentile(each, 0.95));
  return `${ms(under ?? NaN)} (${ratio(under ?? NaN, idle ?? NaN)})`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
