import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { LockTimeoutError, isAlive, readLock, withLock } from "../../../toolchain/lock";
import type { LockOwner } from "../../../toolchain/lock";
import { temporaryFolder } from "./folder";

describe("a lock file", () => {
  const folder = temporaryFolder();
  const options = { purpose: "a test", timeout: 5_000 };

  const owner = (more: Partial<LockOwner>): string =>
    JSON.stringify({ pid: 1, startTime: "0", host: os.hostname(), purpose: "another", ...more });

  const deadPid = (): number => spawnSync("true").pid;

  it("lets one work at a time, and goes with the work", async () => {
    const file = folder("locks", "x.lock");
    let inside = 0;
    const work = async (): Promise<void> => {
      assert.equal(++inside, 1);
      await sleep(20);
      inside--;
    };
    await Promise.all(Array.from({ length: 4 }, () => withLock(file, options, work)));
    assert.deepEqual(fs.readdirSync(folder("locks")), []);
  });

  it("goes when the work fails", async () => {
    const file = folder("x.lock");
    await assert.rejects(
      withLock(file, options, () => Promise.reject(new Error("no"))),
      /^Error: no$/,
    );
    assert.equal(fs.existsSync(file), false);
  });

  it("is taken over from a process that is gone", async () => {
    const file = folder.write(folder("x.lock"), owner({ pid: deadPid() }));
    assert.equal(await withLock(file, options, () => Promise.resolve(7)), 7);
  });

  it("is taken over from an earlier process with the same id", async () => {
    const file = folder.write(folder("x.lock"), owner({ pid: process.pid, startTime: "1" }));
    assert.equal(await withLock(file, options, () => Promise.resolve(7)), 7);
  });

  it("is taken over once by many who wait for a dead owner", async () => {
    const file = folder.write(folder("x.lock"), owner({ pid: deadPid() }));
    let inside = 0;
    const work = async (): Promise<void> => {
      assert.equal(++inside, 1);
      await sleep(10);
      inside--;
    };
    await Promise.all(Array.from({ length: 6 }, () => withLock(file, options, work)));
  });

  it("names the living owner that it waited for in vain", async () => {
    const file = folder("x.lock");
    const waits: number[] = [];
    await withLock(file, { ...options, purpose: "building" }, async () => {
      const second = withLock(
        file,
        { purpose: "b", timeout: 300, waiting: ({ pid }) => waits.push(pid) },
        () => Promise.resolve(),
      );
      await assert.rejects(second, (error: unknown) => {
        assert.ok(error instanceof LockTimeoutError);
        assert.match(error.message, new RegExp(`held by process ${process.pid} \\(building\\)`));
        return true;
      });
    });
    assert.deepEqual(waits, [process.pid]);
  });

  it("stops waiting when it is told to", async () => {
    const file = folder("x.lock");
    const controller = new AbortController();
    await withLock(file, options, async () => {
      const second = withLock(file, { ...options, signal: controller.signal }, () =>
        Promise.resolve(),
      );
      controller.abort();
      await assert.rejects(second, { name: "AbortError" });
    });
  });

  it("of another machine counts as alive, and rubbish as no owner", () => {
    assert.equal(isAlive({ pid: 1, startTime: "0", host: "elsewhere", purpose: "" }), true);
    assert.equal(readLock(folder.write(folder("x.lock"), "{")), undefined);
    assert.equal(readLock(folder.write(folder("y.lock"), '{"pid":"7"}')), undefined);
    assert.equal(readLock(folder("none.lock")), undefined);
  });
});
