import { add } from "./counts";
import type { Counts } from "./counts";
import { Phases, seconds } from "./console";
import { messageOf } from "./files";
import { packageRoot } from "./paths";
import { interruptSignal, prepare } from "./prepare";
import { allSuites } from "./suites";

/** Suites that need neither Docker nor the engine. */
const NEEDS_NOTHING = ["lint", "typecheck", "unit"];

/** scripts/test: the set-up of scripts/up, then the suites; the last line adds them up. */
export async function main(kinds: string[]): Promise<void> {
  const started = Number(process.env["LANDFALL_STARTED_AT"] ?? Date.now());
  const phases = new Phases();
  const results: Counts[] = [];
  const suites = allSuites(packageRoot).filter(
    (suite) => kinds.length === 0 || kinds.includes(suite.kind),
  );
  const signal = interruptSignal();
  let env: NodeJS.ProcessEnv = process.env;
  if (suites.some((suite) => !NEEDS_NOTHING.includes(suite.kind))) {
    try {
      const toolchain = await prepare(phases, signal);
      env = { ...process.env, ...toolchain.env };
    } catch (error) {
      results.push({
        passed: 0,
        failed: 1,
        skipped: [],
        problems: [`set-up: ${messageOf(error)}`],
      });
    }
  }
  for (const suite of suites) {
    if (signal.aborted) break;
    process.stdout.write(`\n== ${suite.name}\n`);
    const from = Date.now();
    const counts = await suite.run(env);
    phases.add(suite.name, Date.now() - from);
    results.push(counts);
    process.stdout.write(`== ${suite.name}: ${counts.passed} passed, ${counts.failed} failed\n`);
  }
  if (signal.aborted) process.exit(130);
  if (suites.length === 0) {
    results.push({
      passed: 0,
      failed: 1,
      skipped: [],
      problems: [`no suite is called ${kinds.join(" or ")}`],
    });
  }
  finish(add(results), `${phases.summary()}; ${seconds(Date.now() - started)} in all`);
}

function finish(counts: Counts, times: string): never {
  const lines = [
    "",
    times,
    ...counts.skipped.map((title) => `skipped: ${title}`),
    ...counts.problems,
    `${counts.passed} passed, ${counts.failed} failed`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exit(counts.failed === 0 ? 0 : 1);
}
