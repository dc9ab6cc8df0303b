import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import execa from "execa";
import { ROOT } from "../test/support/program";
import { bench, settle, timed } from "./support/bench";
import { against, median, printTable, spread } from "./support/figures";

const ROUNDS = 5;
const SECONDS = 4;
const MEGABYTES = 350;

/** What a plan of a stack costs without an engine: the whole command, and the largest of its processes. */
void bench("landfall plan --offline", 10, async (run) => {
  const rows: { stack: string; seconds: number[]; megabytes: number[] }[] = [];
  for (const stack of ["dev", "staging", "production"]) {
    const row = { stack, seconds: new Array<number>(), megabytes: new Array<number>() };
    rows.push(row);
    // The first one fills the cache of transpiled sources.
    await offline(stack, run.signal);
    for (let round = 1; round <= ROUNDS; round++) {
      run.step(`${stack}, ${round} of ${ROUNDS}`);
      await settle();
      const { value, seconds } = await timed(() => offline(stack, run.signal));
      row.seconds.push(seconds);
      row.megabytes.push(value);
    }
  }
  printTable(
    [`median of ${ROUNDS}`, "wall time", "peak memory"],
    rows.map(({ stack, seconds, megabytes }) => [
      stack,
      spread(seconds, "s"),
      spread(megabytes, "MB", 0),
    ]),
  );
  for (const { stack, seconds, megabytes } of rows) {
    const limits = [
      against(median(seconds) < SECONDS, `under ${SECONDS} s`),
      against(median(megabytes) < MEGABYTES, `under ${MEGABYTES} MB`),
    ];
    process.stdout.write(`${stack}: ${limits.join(", ")}\n`);
  }
});

/** Megabytes of the largest process. */
async function offline(stack: string, signal: AbortSignal): Promise<number> {
  const peaks = fs.mkdtempSync(path.join(os.tmpdir(), "bench-offline-"));
  try {
    const preload = path.join(ROOT, "bench", "support", "peakFile.cjs");
    const child = execa(
      process.execPath,
      [path.join(ROOT, "bin", "landfall.cjs"), "plan", "--offline", "--stack", stack, "--json"],
      {
        cwd: ROOT,
        stdout: "ignore",
        env: { NODE_OPTIONS: `--require ${preload}`, BENCH_PEAKS: peaks },
      },
    );
    const stop = () => child.kill();
    signal.addEventListener("abort", stop, { once: true });
    // 6: a policy of production is broken; the plan is made all the same.
    await child.catch((error: unknown) => {
      if ((error as { exitCode?: unknown }).exitCode !== 6) throw error;
    });
    signal.removeEventListener("abort", stop);
    const files = fs.readdirSync(peaks).map((file) => path.join(peaks, file));
    return Math.max(...files.map((file) => Number(fs.readFileSync(file, "utf8")))) / 1024;
  } finally {
    fs.rmSync(peaks, { recursive: true, force: true });
  }
}
