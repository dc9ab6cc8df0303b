import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { descendantsOf, gone, sendSignal } from "../../../automation/engine/processTree";
import { ROOT } from "../../support/program";
import { PORTS } from "../addresses";
import { RolloutProject } from "./project";

/** CRASH_POINTS=20 takes the measure of the whole; a few are enough to see that it still holds. */
const points = Number(process.env.CRASH_POINTS ?? "4");

describe(`an up that is killed at ${points} points`, function () {
  this.timeout(60_000 * (points + 2));
  const project = new RolloutProject("lfcrash", PORTS.crash);

  before(() => project.clear());
  after(() => project.remove());

  it("is recovered every time by the next command alone, to what was wanted, with nothing left over", async () => {
    await project.up({ version: "0" });
    const started = performance.now();
    await project.up({ version: "1" });
    const whole = performance.now() - started;
    const ends: string[] = [];
    for (let point = 0; point < points; point++) {
      const version = String(point + 2);
      await project.configure({ version });
      await killed(project, (whole * (point + 0.5)) / points);
      const result = await (await project.deployer()).up({ stack: project.stack });
      const told = `point ${point}: ${JSON.stringify(result.error)}`;
      assert.ok(["deployed", "unchanged"].includes(result.verdict), told);
      assert.equal(await project.version(), version, told);
      assert.equal((await project.containers()).length, 1, told);
      const deployer = await project.deployer();
      const { releases } = await deployer.history({ stack: project.stack });
      assert.ok(
        releases.every(({ state }) => state !== "running"),
        told,
      );
      const { pendingOperations, lock } = await deployer.status({ stack: project.stack });
      assert.deepEqual([pendingOperations, lock], [0, undefined], told);
      ends.push(`${result.verdict} after ${releases[1]?.state ?? "nothing"}`);
    }
    assert.equal(ends.length, points);
  });
});

/** Runs `landfall up` as a process of its own, and kills it with all that it has started after so many milliseconds. */
async function killed(project: RolloutProject, afterMs: number): Promise<void> {
  const args = [path.join(ROOT, "bin/landfall.cjs"), "up", "-C", project.dir, "-s", project.stack];
  const child = spawn(process.execPath, args, { env: project.environment, stdio: "ignore" });
  const ended = once(child, "exit");
  let kill: Promise<void> | undefined;
  const timer = setTimeout(() => {
    if (child.pid !== undefined) kill = killWhole(child.pid);
  }, afterMs);
  await ended;
  clearTimeout(timer);
  await kill;
}

/** It starts nothing more while its descendants are listed; a killed engine that still dies holds its lock rightly. */
async function killWhole(pid: number): Promise<void> {
  sendSignal(pid, "SIGSTOP");
  const all = [...(await descendantsOf(pid)), pid];
  for (const each of all) sendSignal(each, "SIGKILL");
  assert.deepEqual(await gone(all, 10_000), []);
}
