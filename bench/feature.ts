import * as fs from "node:fs";
import * as path from "node:path";
import { FeatureProject } from "../test/docker/features/project";
import type { Run } from "./support/bench";
import { bench, settle } from "./support/bench";
import { pulumi } from "./support/engine";
import { against, median, printTable, ratio, spread } from "./support/figures";

const ROUNDS = 3;
const FEATURE = "new-theme";

interface Times {
  /** Seconds from the command to the first of ten answers in a row that show the effect. */
  effect: number[];
  /** Seconds from the command to its end. */
  end: number[];
}

/**
 * Switches under way from the command's start: until the public route shows the effect, and until the command has ended
 * with its verdict. Beside it a plain `pulumi up` of the same change.
 */
void bench("switches against plain pulumi up", 20, async (run) => {
  const project = new FeatureProject("lfbenchfeature", 28490);
  run.defer(() => project.remove());
  const { stack } = project;
  const deployer = await project.deployer();
  run.step("the first release");
  await project.configure();
  await deployer.up({ stack });
  const all: Record<string, Times> = {};
  const note = async (
    name: string,
    work: () => PromiseLike<unknown>,
    is: () => Promise<boolean>,
  ) => {
    await settle();
    const times = (all[name] ??= { effect: [], end: [] });
    const { effect, end } = await timedEffect(work, is);
    times.effect.push(effect);
    times.end.push(end);
  };
  const told = (value: string) => async () => (await project.told())[`FEATURE_NEW_THEME`] === value;
  const status = (code: number) => async () => (await fetch(project.url)).status === code;
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`round ${round} of ${ROUNDS}`);
    for (const set of ["on", "off"] as const) {
      const first = round === 1 ? ", for the first time" : "";
      const name = `landfall feature ${set}${first}`;
      await note(name, () => deployer.feature({ stack, set, name: FEATURE }), told(set));
    }
    for (const set of ["on", "off"] as const)
      await note(`pulumi up, feature ${set}`, () => plain(run, project, set), told(set));
    // What runs is again what Landfall has deployed.
    await note("landfall stop", () => deployer.stop({ stack, service: "api" }), status(503));
    await note("landfall start", () => deployer.start({ stack, service: "api" }), status(200));
  }
  report(all);
});

/** The same change by the engine's own command line: the config file is edited, and deployed as it is. */
async function plain(run: Run, project: FeatureProject, set: "on" | "off"): Promise<void> {
  const file = project.configFile;
  const text = fs.readFileSync(file, "utf8");
  const edited = text.replace(/new-theme: (true|false)/, `new-theme: ${set === "on"}`);
  if (edited === text) throw new Error(`${file} has no switch ${FEATURE} to set ${set}`);
  fs.writeFileSync(file, edited);
  const place = { stack: project.stack, state: path.join(project.dir, "state") };
  await pulumi(place, ["up", "--yes", "--non-interactive"], run.signal, project.dir);
}

async function timedEffect(
  work: () => PromiseLike<unknown>,
  is: () => Promise<boolean>,
): Promise<{ effect: number; end: number }> {
  const start = performance.now();
  const state = { over: false };
  const ending = Promise.resolve(work()).then(() => (performance.now() - start) / 1000);
  const end = () => {
    state.over = true;
  };
  void ending.then(end, end);
  for (let row = 0, since = 0; ;) {
    if (!(await is().catch(() => false))) row = 0;
    else if (row++ === 0) since = performance.now();
    if (row === 10) return { effect: (since - start) / 1000, end: await ending };
    if (state.over && row === 0) throw new Error("the command has ended without the effect");
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

function report(all: Readonly<Record<string, Times>>): void {
  const plainEnd = median([
    ...(all["pulumi up, feature on"]?.end ?? []),
    ...(all["pulumi up, feature off"]?.end ?? []),
  ]);
  const plainEffect = median([
    ...(all["pulumi up, feature on"]?.effect ?? []),
    ...(all["pulumi up, feature off"]?.effect ?? []),
  ]);
  printTable(
    ["", "until the effect", "of plain", "until the end", "of plain"],
    Object.entries(all).map(([name, { effect, end }]) => [
      name,
      spread(effect, "s"),
      ratio(median(effect), plainEffect),
      spread(end, "s"),
      ratio(median(end), plainEnd),
    ]),
  );
  const switches = Object.entries(all).filter(([name]) => name.startsWith("landfall feature"));
  const effects = switches.flatMap(([, { effect }]) => effect);
  process.stdout.write(
    `a feature in effect after ${median(effects).toFixed(1)} s: ${against(median(effects) <= plainEffect, "no longer than plain pulumi up")}\n`,
  );
}
