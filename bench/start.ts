import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import { ROOT } from "../test/support/program";
import type { Run } from "./support/bench";
import { bench, settle, timed } from "./support/bench";
import { pulumi } from "./support/engine";
import { against, median, printTable, spread } from "./support/figures";
import { BenchStack } from "./support/stack";

const ROUNDS = 5;
const TEST_ROUNDS = 3;
const OVER_EMPTY_SECONDS = 1;
const TEST_SECONDS = 10;
const TEST_MB = 400;

/** What the program and the components cost before anything is deployed. */
void bench("program start, and the components' unit tests", 20, async (run) => {
  const stack = new BenchStack(run, "start", { web: 28580, api: 28530 });
  await stack.remove();
  const empty = emptyProject(run);
  run.step("making the stacks");
  stack.configure({});
  await pulumi(stack, ["stack", "init", "--no-select"], run.signal);
  await pulumi(empty, ["stack", "init", "--no-select"], run.signal, empty.folder);
  const previewEmpty = () => pulumi(empty, ["preview"], run.signal, empty.folder);
  const preview = () => pulumi(stack, ["preview"], run.signal);
  const first = await compare(run, "nothing deployed", previewEmpty, preview);
  run.step("bringing the stack up");
  await stack.deploy();
  const later = await compare(run, "all deployed", previewEmpty, preview);
  printTable(
    [`pulumi preview, median of ${ROUNDS}`, "empty program", "dev's program", "difference"],
    [first, later].map(({ name, empty, full, over }) => [
      name,
      spread(empty, "s"),
      spread(full, "s"),
      spread(over, "s"),
    ]),
  );
  const tests: { seconds: number; megabytes: number }[] = [];
  for (let round = 1; round <= TEST_ROUNDS; round++) {
    run.step(`the components' unit tests, ${round} of ${TEST_ROUNDS}`);
    tests.push(await componentTests(run.signal));
  }
  const seconds = tests.map((each) => each.seconds);
  const megabytes = tests.map((each) => each.megabytes);
  printTable(
    [`components' unit tests, median of ${TEST_ROUNDS}`, "wall time", "peak memory"],
    [["mocha test/unit/components", spread(seconds, "s"), spread(megabytes, "MB", 0)]],
  );
  const over = Math.max(...[first, later].map((each) => median(each.over)));
  const limits = [
    `preview over an empty program's ${over.toFixed(1)} s: ${against(over <= OVER_EMPTY_SECONDS, `at most ${OVER_EMPTY_SECONDS} s`)}`,
    `unit tests: ${against(median(seconds) < TEST_SECONDS, `under ${TEST_SECONDS} s`)}, ${against(median(megabytes) < TEST_MB, `under ${TEST_MB} MB`)}`,
  ];
  process.stdout.write(`${limits.join("\n")}\n`);
});

interface Comparison {
  readonly name: string;
  readonly empty: readonly number[];
  readonly full: readonly number[];
  /** By how much each run of the one took longer than the run of the other just before it. */
  readonly over: readonly number[];
}

async function compare(
  run: Run,
  name: string,
  empty: () => Promise<unknown>,
  full: () => Promise<unknown>,
): Promise<Comparison> {
  const seconds = { empty: new Array<number>(), full: new Array<number>() };
  // The first ones fill caches (compiled sources, the file system's).
  await empty();
  await full();
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`${name}: previews ${round} of ${ROUNDS}`);
    await settle();
    seconds.empty.push((await timed(empty)).seconds);
    await settle();
    seconds.full.push((await timed(full)).seconds);
  }
  const over = seconds.full.map((value, index) => value - (seconds.empty[index] ?? NaN));
  return { name, ...seconds, over };
}

/** A project without any resource, with the compiler settings of this one. */
function emptyProject(run: Run): { stack: string; state: string; folder: string } {
  const folder = path.join(ROOT, ".landfall", "tmp", "bench-empty");
  const state = path.join(folder, "state");
  const remove = () => {
    fs.rmSync(folder, { recursive: true, force: true });
  };
  remove();
  run.defer(remove);
  fs.mkdirSync(state, { recursive: true });
  const options = { target: "ES2022", module: "commonjs", strict: true };
  const files = {
    "Pulumi.yaml": "name: bench-empty\nruntime: nodejs\nmain: index.ts\n",
    "package.json": JSON.stringify({ name: "bench-empty", private: true }),
    "tsconfig.json": JSON.stringify({ compilerOptions: options, "ts-node": { swc: true } }),
    "index.ts": "export const nothing = true;\n",
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return { stack: "bench-empty", state, folder };
}

async function componentTests(
  signal: AbortSignal,
): Promise<{ seconds: number; megabytes: number }> {
  const args = [
    ...[require.resolve("mocha/bin/mocha.js"), "test/unit/components/**/*.test.ts"],
    // Mocha's own option: it runs the tests in a process that it starts for the sake of its other options.
    ...["--require", path.join(ROOT, "bench", "support", "peakMemory.cjs")],
  ];
  const peak = path.join(ROOT, ".landfall", "tmp", "bench-peak-memory");
  fs.rmSync(peak, { force: true });
  const child = execa(process.execPath, args, {
    cwd: ROOT,
    stdin: "ignore",
    all: true,
    env: { BENCH_PEAK_MEMORY: peak },
  });
  // It reaches the process that runs the tests, too.
  const stop = () => child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  const { seconds } = await timed(() => child);
  signal.removeEventListener("abort", stop);
  const megabytes = Number(fs.readFileSync(peak, "utf8")) / 1024;
  fs.rmSync(peak);
  return { seconds, megabytes };
}
