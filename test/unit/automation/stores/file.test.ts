import * as assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import type { ReleaseDraft } from "../../../../automation/release";
import { FileReleaseStore } from "../../../../automation/stores/file";

const draft: ReleaseDraft = {
  kind: "up",
  project: "shop",
  stack: "dev",
  startedAt: "2026-01-01T00:00:00.000Z",
  by: { user: "anna", host: "h" },
  process: { pid: process.pid, host: hostname() },
  program: {},
  config: "config:\n  shop:token:\n    secure: v1:abc\n",
  images: {},
  services: [],
  probes: [],
};

describe("FileReleaseStore", () => {
  let dir: string;
  let store: FileReleaseStore;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "landfall-store-"));
    store = new FileReleaseStore(join(dir, "releases"));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it("numbers releases from 1 and gives the config back byte for byte", async () => {
    assert.deepEqual(await store.list(), []);
    const first = await store.begin(draft);
    await store.finish({ ...first, state: "deployed" });
    await store.begin(draft);
    const found = await store.list();
    assert.deepEqual(
      found.map(({ number, state }) => [number, state]),
      [
        [1, "deployed"],
        [2, "running"],
      ],
    );
    assert.equal(found[0]?.config, draft.config);
  });

  it("gives every one of many writers at once a number of its own", async () => {
    const records = await Promise.all(Array.from({ length: 20 }, () => store.begin(draft)));
    const numbers = records.map(({ number }) => number).sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it("shows a release of a dead process as interrupted, and one of another host as running", async () => {
    await store.begin({ ...draft, process: { pid: 2 ** 22 + 1, host: hostname() } });
    await store.begin({ ...draft, process: { pid: 2 ** 22 + 1, host: "elsewhere" } });
    assert.deepEqual(
      (await store.list()).map(({ state }) => state),
      ["interrupted", "running"],
    );
  });

  it("leaves no temporary files, is readable by its owner alone, and passes over rubbish", async () => {
    const record = await store.begin(draft);
    await store.finish({ ...record, state: "failed" });
    writeFileSync(join(dir, "releases", "000002.json"), '{"cut off');
    writeFileSync(join(dir, "releases", "notes.txt"), "mine");
    assert.deepEqual(
      (await store.list()).map(({ number }) => number),
      [1],
    );
    assert.deepEqual(readdirSync(join(dir, "releases")).sort(), [
      "000001.json",
      "000002.json",
      "notes.txt",
    ]);
    assert.equal(statSync(join(dir, "releases", "000001.json")).mode & 0o077, 0);
    assert.equal((await store.begin(draft)).number, 3);
    await store.discard(3);
    assert.equal((await store.begin(draft)).number, 3);
    assert.match(readFileSync(join(dir, "releases", "000001.json"), "utf8"), /"state": "failed"/);
  });

  it("keeps a note beside the releases, replaces it as a whole, and takes it back", async () => {
    assert.equal(await store.readNote("freeze"), undefined);
    await store.writeNote("freeze", "one");
    await store.writeNote("freeze", "two");
    assert.equal(await store.readNote("freeze"), "two");
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(readdirSync(join(dir, "releases")), ["freeze.json"]);
    await store.writeNote("freeze", undefined);
    await store.writeNote("freeze", undefined);
    assert.equal(await store.readNote("freeze"), undefined);
  });
});
