import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { FileLocks } from "../../../automation/locks";

describe("FileLocks", () => {
  let dir: string;
  let folder: string;
  let locks: FileLocks;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "landfall-locks-"));
    folder = join(dir, ".pulumi/locks/organization/shop/dev");
    mkdirSync(folder, { recursive: true });
    locks = new FileLocks(dir, ["organization", "shop", "dev"]);
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  function lock(name: string, content: object | string): void {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(folder, name), text);
  }
  const now = (): string => new Date().toISOString();
  const dead = 2 ** 22 + 1;

  it("knows a dead holder only on this host", async () => {
    lock("a.json", { pid: dead, username: "anna", hostname: hostname(), timestamp: now() });
    lock("b.json", { pid: dead, username: "anna", hostname: "elsewhere", timestamp: now() });
    lock("c.json", { pid: process.pid, username: "anna", hostname: hostname(), timestamp: now() });
    assert.deepEqual(
      (await locks.list()).map(({ stale }) => stale),
      [true, false, false],
    );
  });

  it("knows that a pid was given to a later process", async () => {
    lock("a.json", {
      pid: process.pid,
      username: "anna",
      hostname: hostname(),
      timestamp: "2020-01-01T00:00:00Z",
    });
    const [found] = await locks.list();
    assert.equal(found?.stale, process.platform === "linux");
  });

  it("takes a lock that is being written, or was cut off, for somebody's", async () => {
    lock("a.json", '{"pid": 1');
    lock("b.json", "");
    const found = await locks.list();
    assert.deepEqual(
      found.map(({ stale, owner }) => [stale, owner]),
      [
        [false, "unknown@unknown"],
        [false, "unknown@unknown"],
      ],
    );
  });

  it("has none where there is no folder", async () => {
    assert.deepEqual(await new FileLocks(join(dir, "none"), ["o", "p", "s"]).list(), []);
  });

  it("holds a lock that others see, frees it also after a failure, and refuses when another holds one", async () => {
    await locks.hold(async () => {
      const [mine] = await locks.list();
      assert.deepEqual([mine?.pid, mine?.stale], [process.pid, false]);
      await assert.rejects(
        locks.hold(() => Promise.resolve()),
        { code: "locked" },
      );
    });
    await assert.rejects(
      locks.hold(() => Promise.reject(new Error("half way"))),
      /half way/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
