import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gone } from "../../../../automation/engine/processTree";
import { readIfPresent } from "../../../../toolchain/files";
import { execute } from "../../../../toolchain/testing/execute";
import type { Ended } from "../../../../toolchain/testing/counts";

/** A child, one in a session of its own, and itself; tells their ids, and goes on for a minute. */
const FAMILY = "sleep 60 & setsid sleep 61 & echo $! ; jobs -p; echo $$ ready; wait";

describe("running a suite in a process of its own", () => {
  let folder: string;
  let log: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "landfall-execute-"));
    log = join(folder, "log");
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (script: string, limitMilliseconds = 60_000, signal = never): Promise<Ended> =>
    execute(["bash", "-c", script], {
      cwd: folder,
      env: process.env,
      log,
      limitMilliseconds,
      signal,
    });

  it("keeps both streams in the file, and tells how it ended", async () => {
    const ended = await run("echo out; echo err >&2; exit 3");
    assert.deepEqual(ended, { code: 3, how: "exit code 3" });
    assert.equal(readFileSync(log, "utf8"), "out\nerr\n");
    assert.deepEqual(await run("kill -TERM $$"), { code: undefined, how: "SIGTERM" });
  });

  it("tells of a command that is not there", async () => {
    const execution = { cwd: folder, env: {}, log, limitMilliseconds: 1000, signal: never };
    const { code, how } = await execute([join(folder, "none")], execution);
    assert.equal(code, undefined);
    assert.match(how, /ENOENT/);
  });

  it("kills it with all its children when it takes too long", async () => {
    const { code, how } = await run(FAMILY, 500);
    assert.deepEqual([code, how], [undefined, "no end within 0.5 s"]);
    await assertGone();
  });

  it("kills it with all its children when it is cancelled", async () => {
    const controller = new AbortController();
    const running = run(FAMILY, 60_000, controller.signal);
    while (!(readIfPresent(log) ?? "").includes("ready"))
      await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    assert.deepEqual(await running, { code: undefined, how: "cancelled" });
    await assertGone();
  });

  it("does not wait for what its children leave running, and kills that", async () => {
    assert.equal((await run("sleep 60 & echo $!")).code, 0);
    await assertGone();
  });

  async function assertGone(): Promise<void> {
    const pids = (readFileSync(log, "utf8").match(/\d+/g) ?? []).map(Number);
    assert.ok(pids.length > 0);
    assert.deepEqual(await gone(pids, 5000), []);
  }
});

const never = new AbortController().signal;
