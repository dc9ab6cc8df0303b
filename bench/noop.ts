import { bench, settle, timed } from "./support/bench";
import { against, median, printTable, ratio, spread } from "./support/figures";
import { landfallUp, pulumi } from "./support/engine";
import { BenchStack } from "./support/stack";

const ROUNDS = 5;
const LIMIT = 1.15;

/** `up` with nothing to do: Landfall's against the engine's own, run by run in turn. */
void bench("nothing to do: up of an unchanged stack", 15, async (run) => {
  const stack = new BenchStack(run, "noop", { web: 28180, api: 28130 });
  run.step("bringing the stack up");
  await stack.remove();
  await stack.deploy();
  await stack.deploy();
  const ways = {
    "landfall up": () => landfallUp(stack, run.signal),
    "Deployer.up": () => stack.deployer.up({ stack: stack.stack }, { signal: run.signal }),
    "pulumi up --yes": () => pulumi(stack, ["up", "--yes"], run.signal),
    "pulumi up --yes --skip-preview": () =>
      pulumi(stack, ["up", "--yes", "--skip-preview"], run.signal),
  } satisfies Record<string, () => PromiseLike<unknown>>;
  const turns: [string, () => PromiseLike<unknown>][] = Object.entries(ways);
  const seconds: Record<string, number[]> = {};
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, way] of turns) {
      run.step(`round ${round} of ${ROUNDS}: ${name}`);
      await settle();
      (seconds[name] ??= []).push((await timed(way)).seconds);
    }
  }
  const of = (name: keyof typeof ways) => median(seconds[name] ?? []);
  const plain = of("pulumi up --yes");
  printTable(
    ["", `median of ${ROUNDS}`, "against pulumi up --yes"],
    Object.entries(seconds).map(([name, values]) => [
      name,
      spread(values, "s"),
      ratio(median(values), plain),
    ]),
  );
  for (const name of ["landfall up", "Deployer.up"] as const)
    process.stdout.write(
      `${name}: ${against(of(name) <= LIMIT * plain, `at most ${LIMIT} x pulumi up --yes`)}\n`,
    );
});
