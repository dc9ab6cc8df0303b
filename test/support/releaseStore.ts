import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { backendOf } from "../../automation/backend";
import type { ReleaseDraft, ReleaseStore } from "../../automation/release";
import { releaseStoreOf } from "../../automation/stores";

/** Higher than any pid of Linux. */
export const deadPid = 2 ** 22 + 1;

export const draft: ReleaseDraft = {
  kind: "up",
  project: "shop",
  stack: "dev",
  startedAt: "2026-01-01T00:00:00.000Z",
  by: { user: "anna", host: "h" },
  process: { pid: deadPid, host: "elsewhere" },
  program: {},
  config: "config:\n  shop:token:\n    secure: v1:abc\n  shop:greeting: grüß dich 👋\n",
  images: {},
  services: [],
  probes: [],
};

/** Where a store is, and what it takes to be let in. */
export interface Place {
  url: string;
  env: Record<string, string>;
}

/** The store of the stack shop/dev that follows the backend at that place. */
export async function storeAt({ url, env }: Place): Promise<ReleaseStore> {
  const project = { dir: "/nowhere", name: "shop", configSchema: {} };
  const backend = await backendOf(project, { ...env, PULUMI_BACKEND_URL: url });
  return releaseStoreOf({ backend, project, stack: "dev", config: {}, env });
}

/** What holds for every store. @param fresh Gives an empty place. */
export function holdsAsReleaseStore(fresh: () => Promise<Place>): void {
  let place: Place;
  let store: ReleaseStore;

  beforeEach(async () => {
    place = await fresh();
    store = await storeAt(place);
  });

  it("numbers releases from 1 and gives the config back byte for byte", async () => {
    assert.deepEqual(await store.list(), []);
    const first = await store.begin(draft);
    await store.finish({ ...first, state: "deployed" });
    await store.begin(draft);
    const found = await (await storeAt(place)).list();
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
    const stores = await Promise.all(Array.from({ length: 20 }, () => storeAt(place)));
    const records = await Promise.all(stores.map((each) => each.begin(draft)));
    const expected = Array.from({ length: 20 }, (_, i) => i + 1);
    const ascending = (a: number, b: number): number => a - b;
    assert.deepEqual(records.map(({ number }) => number).sort(ascending), expected);
    assert.deepEqual(
      (await store.list()).map(({ number }) => number),
      expected,
    );
  });

  it("shows a release of a dead process as interrupted, and one of another host as running", async () => {
    await store.begin({ ...draft, process: { pid: deadPid, host: hostname() } });
    await store.begin({ ...draft, process: { pid: deadPid, host: "elsewhere" } });
    const now = new Date().toISOString();
    await store.begin({
      ...draft,
      startedAt: now,
      process: { pid: process.pid, host: hostname() },
    });
    assert.deepEqual(
      (await store.list()).map(({ state }) => state),
      ["interrupted", "running", "running"],
    );
  });

  it("knows that a pid was given to a later process", async () => {
    await store.begin({
      ...draft,
      startedAt: "2020-01-01T00:00:00Z",
      process: { pid: process.pid, host: hostname() },
    });
    const [found] = await store.list();
    assert.equal(found?.state, process.platform === "linux" ? "interrupted" : "running");
  });

  it("shows what a writer killed between begin and finish has left as interrupted, and goes on numbering", async function () {
    this.timeout(60_000);
    const numbers = await killedWriter(place, 3);
    const found = await store.list();
    assert.deepEqual(
      found.map(({ number }) => number),
      found.map((_, i) => i + 1),
    );
    assert.ok(numbers.length >= 3 && found.length >= numbers.length);
    const states = found.map(({ state }) => state);
    assert.deepEqual([...new Set(states.slice(0, -1))], ["deployed"]);
    assert.ok(["deployed", "interrupted"].includes(states.at(-1) ?? ""), states.join());
    assert.equal((await store.begin(draft)).number, found.length + 1);

    await killedWriter(place, 1, "stay");
    assert.equal((await store.list()).at(-1)?.state, "interrupted");
  });

  it("settles what was left without a verdict once, and nothing that has one", async () => {
    const record = await store.begin(draft);
    assert.equal(await store.settle({ ...record, state: "unverified" }), true);
    assert.equal(await store.settle({ ...record, state: "deployed" }), true);
    assert.equal(await store.settle({ ...record, state: "failed" }), false);
    assert.equal(await store.settle({ ...record, number: 7, state: "failed" }), false);
    assert.deepEqual(
      (await store.list()).map(({ number, state }) => [number, state]),
      [[1, "deployed"]],
    );
  });

  it("gives a discarded number again, and removes everything", async () => {
    await store.begin(draft);
    const { number } = await store.begin(draft);
    await store.discard(number);
    await store.discard(number);
    assert.equal((await store.begin(draft)).number, number);
    await store.writeNote("freeze", "x");
    await store.removeAll();
    assert.deepEqual(await store.list(), []);
    assert.equal(await store.readNote("freeze"), undefined);
    assert.equal((await store.begin(draft)).number, 1);
  });

  it("keeps a note beside the releases, replaces it as a whole, and takes it back", async () => {
    assert.equal(await store.readNote("freeze"), undefined);
    await store.writeNote("freeze", "one");
    await store.writeNote("freeze", "two");
    assert.equal(await store.readNote("freeze"), "two");
    assert.deepEqual(await store.list(), []);
    await store.writeNote("freeze", undefined);
    await store.writeNote("freeze", undefined);
    assert.equal(await store.readNote("freeze"), undefined);
  });
}

/** Runs a writer in a process of its own and kills it once it has begun so many releases. */
async function killedWriter(place: Place, count: number, mode = "go-on"): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ["-r", "ts-node/register", join(__dirname, "releaseWriter.ts"), place.url, mode],
    {
      cwd: resolve(__dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...place.env },
    },
  );
  const ended = once(child, "exit");
  const numbers: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    numbers.push(line);
    if (numbers.length === count) child.kill("SIGKILL");
  }
  await ended;
  return numbers;
}
