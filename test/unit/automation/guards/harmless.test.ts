import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { OperationContext } from "../../../../automation/operation";
import { systemClock } from "../../../../automation/clock";
import type { StateResource } from "../../../../automation/engine/types";
import {
  isHarmless,
  rememberHarmless,
  withoutOwnKeys,
} from "../../../../automation/guards/harmless";
import { emptyState } from "../../../../automation/verbs/prepare";
import { draft, storeAt } from "../../../support/releaseStore";

describe("what has been deployed before over the same data", () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-harmless-"));
  const text = "config:\n  shop:replicas: 2\n  shop:features:\n    search: true\n";

  const volume: StateResource = {
    urn: "urn:pulumi:dev::shop::docker:index/volume:Volume::db-data",
    type: "docker:index/volume:Volume",
    id: "shop-dev-db",
    inputs: { name: "shop-dev-db", labels: [{ label: "landfall.role", value: "postgres" }] },
  };
  const facts = (...resources: StateResource[]) => ({
    state: { ...emptyState, resources },
    config: {},
  });

  async function place(more: { env?: Record<string, string>; shortStack?: string } = {}) {
    const context = new OperationContext(
      ...(["up", "dev", new AbortController().signal, systemClock, () => undefined] as const),
    );
    const store = await storeAt({ url: `file://${path.join(dir, "releases")}`, env: {} });
    const own = { project: { dir }, backend: {}, workspace: { version: "3.220.0" } };
    return { ...own, env: {}, shortStack: "dev", store, context, ...more };
  }

  beforeEach(async () => {
    fs.writeFileSync(path.join(dir, "index.ts"), "// the program\n");
    const { store } = await place();
    await store.removeAll();
    await store.begin(draft);
    await rememberHarmless(await place(), facts(volume), text);
  });

  after(() => {
    fs.rmSync(dir, { recursive: true });
  });

  it("needs no look ahead, nor does the same with services stopped", async () => {
    assert.equal(await isHarmless(await place(), facts(volume), text), true);
    const stopped = `${text}  landfall-sdk:stopped:\n    api: true\n`;
    assert.equal(await isHarmless(await place(), facts(volume), stopped), true);
    // As the SDK writes it anew, in another order.
    const written = "config:\n  shop:features: {search: true}\n  shop:replicas: 2\n";
    assert.equal(await isHarmless(await place(), facts(volume), written), true);
  });

  it("counts for nothing once config, program, environment or data differ", async () => {
    const other = text.replace("search: true", "search: false");
    assert.equal(await isHarmless(await place(), facts(volume), other), false);
    assert.equal(await isHarmless(await place({ env: { A: "1" } }), facts(volume), text), false);
    const moved = { ...volume, id: "shop-dev-db-2" };
    assert.equal(await isHarmless(await place(), facts(moved), text), false);
    assert.equal(await isHarmless(await place(), facts(), text), false);
    assert.equal(
      await isHarmless(await place({ shortStack: "production" }), facts(volume), text),
      false,
    );
    fs.writeFileSync(path.join(dir, "index.ts"), "// another program\n");
    assert.equal(await isHarmless(await place(), facts(volume), text), false);
  });

  it("is looked at again where the note is rubbish, or lost", async () => {
    const { store } = await place();
    await store.writeNote("harmless", "{");
    assert.equal(await isHarmless(await place(), facts(volume), text), false);
    await store.writeNote("harmless", undefined);
    assert.equal(await isHarmless(await place(), facts(volume), text), false);
  });

  it("says nothing of a config that cannot be read", () => {
    assert.equal(withoutOwnKeys("config: [\n"), undefined);
    assert.deepEqual(withoutOwnKeys(""), { config: [] });
  });
});
