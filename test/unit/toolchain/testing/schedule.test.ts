import assert from "node:assert/strict";
import { runSideBySide } from "../../../../toolchain/testing/schedule";

interface TestJob {
  name: string;
  load: number;
  alone?: string;
}

/** Jobs that end when they are told to. */
class Bench {
  readonly running = new Map<string, () => void>();
  readonly controller = new AbortController();

  start(jobs: readonly TestJob[], cores: number): Promise<string[]> {
    const run = ({ name }: TestJob): Promise<string> =>
      new Promise((resolve) => {
        this.running.set(name, () => {
          this.running.delete(name);
          resolve(name);
        });
      });
    return runSideBySide(jobs, cores, run, this.controller.signal);
  }

  /** Ends a job, and gives the ones that run then. */
  async end(name: string): Promise<string[]> {
    this.running.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
    return [...this.running.keys()];
  }
}

describe("running tests side by side", () => {
  const jobs = (load: number, ...names: string[]): TestJob[] =>
    names.map((name) => ({ name, load }));

  it("fills the cores, and lets the next one in when one ends", async () => {
    const bench = new Bench();
    const all = bench.start([...jobs(1, "a"), ...jobs(0.5, "b", "c", "d")], 2);
    assert.deepEqual([...bench.running.keys()], ["a", "b", "c"]);
    assert.deepEqual(await bench.end("b"), ["a", "c", "d"]);
    for (const name of ["d", "c", "a"]) await bench.end(name);
    assert.deepEqual(await all, ["b", "d", "c", "a"]);
  });

  it("holds later ones up for one that does not fit yet, and runs what is larger than the machine alone", async () => {
    const bench = new Bench();
    const all = bench.start([...jobs(0.5, "small"), ...jobs(1, "large"), ...jobs(0.5, "late")], 1);
    assert.deepEqual([...bench.running.keys()], ["small"]);
    assert.deepEqual(await bench.end("small"), ["large"]);
    assert.deepEqual(await bench.end("large"), ["late"]);
    await bench.end("late");
    assert.deepEqual(await all, ["small", "large", "late"]);
  });

  it("runs last and one by one what needs the machine for itself", async () => {
    const bench = new Bench();
    const alone = jobs(0.1, "x", "y").map((job) => ({ ...job, alone: "it is a test" }));
    const all = bench.start([...alone, ...jobs(0.1, "a", "b")], 2);
    assert.deepEqual([...bench.running.keys()], ["a", "b"]);
    assert.deepEqual(await bench.end("a"), ["b"]);
    assert.deepEqual(await bench.end("b"), ["x"]);
    assert.deepEqual(await bench.end("x"), ["y"]);
    await bench.end("y");
    assert.equal((await all).length, 4);
  });

  it("starts nothing once it is aborted, and waits for what runs", async () => {
    const bench = new Bench();
    const all = bench.start(jobs(1, "a", "b", "c"), 2);
    bench.controller.abort();
    assert.deepEqual(await bench.end("a"), ["b"]);
    assert.deepEqual(await bench.end("b"), []);
    assert.deepEqual(await all, ["a", "b"]);
  });
});
