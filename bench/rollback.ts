import type { Operation, UpResult } from "../automation";
import { BASE_IMAGE, RolloutProject } from "../test/docker/rollout/project";
import { bench, settle } from "./support/bench";
import { against, median, printTable, ratio, spread } from "./support/figures";

const ROUNDS = 5;
const LIMIT = 0.5;

/** What differs from one version to the next: a small image, as a team's own changes are built on what is there. */
const built = (version: string) => ({
  version,
  dockerfile: `FROM ${BASE_IMAGE}\nRUN mkdir /app && echo 'VERSION = "${version}"' > /app/version.py && python3 -m compileall -q /app\n`,
  database: true,
});

/**
 * The previous release back in traffic, against the redeploy that put it away, which builds the changed image: from the
 * command's start until the public route gives nothing but the wanted version. A service beside a database. Within the
 * bake time, also how long the switch itself takes.
 */
void bench("rollback against redeploy", 20, async (run) => {
  const project = new RolloutProject("lfbenchback", 28190);
  const seconds: Record<string, number[]> = {};
  const failed: Record<string, number> = {};
  const note = (name: string, value: number) => (seconds[name] ??= []).push(value);
  const lost = (name: string, { load }: UpResult) => {
    failed[name] = (failed[name] ?? 0) + (load?.failed ?? 0);
  };
  await project.clear();
  run.defer(() => project.remove());
  run.step("the first release");
  await project.up(built("0"));
  for (let round = 1; round <= ROUNDS; round++) {
    run.step(`round ${round} of ${ROUNDS}`);
    const [old, fresh] = [String(2 * round - 2), String(2 * round - 1)];
    await settle();
    await project.configure(built(fresh));
    const deployer = await project.deployer();
    const up = deployer.up({ stack: project.stack });
    note("redeploy", await served(project, fresh, up));
    lost("redeploy", await up);
    await settle();
    const back = deployer.rollback({ stack: project.stack });
    note("rollback", await served(project, old, back));
    lost("rollback", await back);

    const next = String(2 * round);
    await project.up(built(next));
    await settle();
    await project.configure({
      ...built(`${next}-baked`),
      rollout: { strategy: "blueGreen", bake: "10m" },
    });
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
    note("rollback within the bake time", await served(project, next, within));
    note(
      "  of that, the switch",
      Math.max(
        0,
        start / 1000 + (seconds["rollback within the bake time"]?.at(-1) ?? 0) - began / 1000,
      ),
    );
    lost("rollback within the bake time", await within);
    await switching;
    baking.cancel("it was rolled back");
    await baking.result.catch(() => undefined);
  }
  const redeploy = median(seconds.redeploy ?? []);
  printTable(
    ["", `median of ${ROUNDS}`, "against a redeploy with its build", "failed probes"],
    Object.entries(seconds).map(([name, values]) => [
      name,
      spread(values, "s"),
      ratio(median(values), redeploy),
      String(failed[name] ?? ""),
    ]),
  );
  const rollback = median(seconds.rollback ?? []);
  const within = median(seconds["  of that, the switch"] ?? []);
  process.stdout.write(
    `rollback: ${against(rollback <= LIMIT * redeploy, `at most ${LIMIT} x a redeploy with its build`)}\n` +
      `switch within the bake time: ${against(within < 1, "under 1 s")}\n`,
  );
});

/** Seconds until ten answers in a row are the wanted version's. */
async function served(
  project: RolloutProject,
  version: string,
  operation: Operation<UpResult>,
): Promise<number> {
  const start = performance.now();
  const state = { over: false };
  const end = () => {
    state.over = true;
  };
  void operation.result.then(end, end);
  for (let row = 0, since = 0; ;) {
    const is = await project.version().catch(() => "");
    if (is !== version) row = 0;
    else if (row++ === 0) since = performance.now();
    if (row === 10) return (since - start) / 1000;
    if (state.over && is !== version) throw new Error(`version ${version} is not served: ${is}`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
