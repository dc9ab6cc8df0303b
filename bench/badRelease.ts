import { exceeds, underFault } from "../test/docker/rollout/fault";
import { RolloutProject } from "../test/docker/rollout/project";
import { bench, settle } from "./support/bench";
import { against, median, printTable, spread } from "./support/figures";

const ROUNDS = 5;
const SHARE = 0.05;

/**
 * Canaries that get ready and then answer 503 to everything, under closed-loop clients on kept connections: which share
 * of the requests met the fault between exposure and rollback, as the clients and as the release have counted.
 */
void bench("a bad canary under load", 15, async (run) => {
  const project = new RolloutProject("lfbenchbad", 28390);
  await project.clear();
  run.defer(() => project.remove());
  run.step("the first release");
  await project.up({ version: "0" });
  const rounds: Round[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`round ${round} of ${ROUNDS}`);
    await settle();
    const gates = [{ type: "http", path: "/", when: "during" }] as const;
    const rollout = { strategy: "canary", steps: [SHARE * 100, 50], gates } as const;
    const met = await underFault(project, { version: String(round), rollout }, 16);
    const { result, exposed, faults, lost } = met;
    const [traffic] = result.traffic ?? [];
    if (
      result.verdict !== "rolled_back" ||
      traffic === undefined ||
      result.rolledBack === undefined
    )
      throw new Error(`${result.verdict}: ${JSON.stringify(result.error)}`);
    rounds.push({ exposed, faults, lost: lost.length, traffic, rolledBack: result.rolledBack });
  }
  report(rounds);
});

interface Round {
  exposed: number;
  faults: number;
  lost: number;
  traffic: { requests: number; fresh: number; freshFailed: number; otherFailed: number };
  rolledBack: { exposedMs: number; durationMs: number };
}

function report(rounds: readonly Round[]): void {
  const sum = (of: (round: Round) => number): number =>
    rounds.reduce((all, each) => all + of(each), 0);
  const [faults, exposed] = [sum((each) => each.faults), sum((each) => each.exposed)];
  const told = sum(({ traffic }) => traffic.freshFailed);
  const toldOf = sum(({ traffic }) => traffic.requests);
  const seconds = (of: (round: Round) => number): string =>
    spread(
      rounds.map((each) => of(each) / 1000),
      "s",
    );
  const shares = rounds.map((each) => (100 * each.faults) / each.exposed);
  printTable(
    ["", `${rounds.length} releases`],
    [
      ["traffic on the new revision for", seconds(({ rolledBack }) => rolledBack.exposedMs)],
      ["of that, the way back", seconds(({ rolledBack }) => rolledBack.durationMs)],
      ["clients: requests from the first fault to the last", String(exposed)],
      ["clients: faults", `${faults} (${percent(faults / exposed)})`],
      ["  in each release", spread(shares, "%", 2)],
      ["clients: without an answer", String(sum(({ lost }) => lost))],
      ["releases' records: requests while exposed", String(toldOf)],
      ["releases' records: faults", `${told} (${percent(told / toldOf)})`],
      ["releases' records: faults of the old revision", String(sum((r) => r.traffic.otherFailed))],
    ],
  );
  const isMore =
    rounds.some((round) => exceeds(round, SHARE)) || exceeds({ faults, exposed }, SHARE);
  process.stdout.write(
    `median share ${median(shares).toFixed(2)} %: ${against(!isMore, `at most the canary's ${SHARE * 100} %, by an exact binomial test at 0.001`)}\n`,
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
