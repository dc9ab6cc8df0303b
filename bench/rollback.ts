import type { Operation, UpResult } from "../automation";
import { RolloutProject } from "../test/docker/rollout/project";
import type { Run } from "./support/bench";
import { bench, settle } from "./support/bench";
import { CopiedProject } from "./support/copy";
import { against, median, printTable, ratio, spread } from "./support/figures";

const ROUNDS = 5;
const LIMIT = 0.5;

/**
 * The previous release back in traffic, against the redeploy that put it away: from the command's start until the public
 * route gives nothing but the wanted revision. The repository's own program with a changed line in its API, whose image is
 * built. And, with a service alone, what a rollback within the bake time takes, and its switch.
 */
void bench("rollback against redeploy", 25, async (run) => {
  const times = new Times();
  await redeployed(run, times);
  await baked(run, times);
  const redeploy = times.median("redeploy");
  printTable(
    ["", `median of ${ROUNDS}`, "against the redeploy", "failed probes"],
    times
      .rows()
      .map(([name, values, failed]) => [
        name,
        spread(values, "s"),
        name in PARTS ? "" : ratio(median(values), redeploy),
        failed,
      ]),
  );
  process.stdout.write(
    `rollback: ${against(times.median("rollback") <= LIMIT * redeploy, `at most ${LIMIT} x the redeploy`)}\n` +
      `switch within the bake time: ${against(times.median(SWITCH) < 1, "under 1 s")}\n`,
  );
});

const WITHIN = "within the bake time, a service alone";
const SWITCH = "  of that, the switch";
const PARTS = { [WITHIN]: true, [SWITCH]: true };

/** Seconds, and failed probe requests, by what was done. */
class Times {
  private readonly seconds = new Map<string, number[]>();
  private readonly failed = new Map<string, number>();

  note(name: string, value: number, result?: UpResult): void {
    this.seconds.set(name, [...(this.seconds.get(name) ?? []), value]);
    if (result?.load !== undefined)
      this.failed.set(name, (this.failed.get(name) ?? 0) + result.load.failed);
  }

  median(name: string): number {
    return median(this.seconds.get(name) ?? []);
  }

  rows(): [string, number[], string][] {
    return [...this.seconds].map(([name, values]) => [
      name,
      values,
      String(this.failed.get(name) ?? ""),
    ]);
  }
}

async function redeployed(run: Run, times: Times): Promise<void> {
  const project = new CopiedProject(run, "bench-rollback", { web: 28198, api: 28199 });
  const { stack, deployer } = project;
  run.step("the program's first release");
  await deployer.up({ stack });
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`redeploy and rollback ${round} of ${ROUNDS}`);
    const old = await project.revision();
    if (old === undefined) throw new Error("the API tells no revision");
    project.change(`${round}`);
    await settle();
    const up = deployer.up({ stack });
    const isNew = (revision?: string) => revision !== undefined && revision !== old;
    const forth = await served(async () => isNew(await project.revision()), up);
    times.note("redeploy", forth, await up);
    await settle();
    const back = deployer.rollback({ stack });
    const seconds = await served(async () => (await project.revision()) === old, back);
    times.note("rollback", seconds, await back);
  }
}

async function baked(run: Run, times: Times): Promise<void> {
  const project = new RolloutProject("lfbenchback", 28190);
  await project.clear();
  run.defer(() => project.remove());
  run.step("a service's first release");
  await project.up({ version: "0" });
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`within the bake time, ${round} of ${ROUNDS}`);
    const old = String(round - 1);
    await project.configure({
      version: `${old}-baked`,
      rollout: { strategy: "blueGreen", bake: "10m" },
    });
    const deployer = await project.deployer();
    const baking = deployer.up({ stack: project.stack });
    for await (const event of baking.events) if (event.kind === "rollout") break;
    await settle();
    const within = deployer.rollback({ stack: project.stack });
    let began = 0;
    const switching = (async () => {
      for await (const event of within.events)
        if (event.kind === "resource" && event.name === "api-route" && event.state === "started")
          began = performance.now();
    })();
    const start = performance.now();
    const isOld = async () => (await project.version()) === old;
    const seconds = await served(isOld, within);
    times.note(WITHIN, seconds, await within);
    await switching;
    times.note(SWITCH, Math.max(0, (start - began) / 1000 + seconds));
    baking.cancel("it was rolled back");
    await baking.result.catch(() => undefined);
    await project.up({ version: String(round) });
  }
}

/** Seconds until ten answers in a row are the wanted ones. */
async function served(
  isWanted: () => Promise<boolean>,
  operation: Operation<UpResult>,
): Promise<number> {
  const start = performance.now();
  const state = { over: false };
  const end = () => {
    state.over = true;
  };
  void operation.result.then(end, end);
  for (let row = 0, since = 0; ;) {
    const is = await isWanted().catch(() => false);
    if (!is) row = 0;
    else if (row++ === 0) since = performance.now();
    if (row === 10) return (since - start) / 1000;
    if (state.over && !is) throw new Error("what is wanted is not served");
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
