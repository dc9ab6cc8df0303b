import * as assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { FileReleaseStore } from "../../../../automation/stores/file";
import { draft, holdsAsReleaseStore } from "../../../support/releaseStore";

describe("FileReleaseStore", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "landfall-store-"));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  holdsAsReleaseStore(() => Promise.resolve({ url: pathToFileURL(dir).href, env: {} }));

  it("leaves no temporary files, is readable by its owner alone, and passes over rubbish", async () => {
    const releases = join(dir, "releases");
    const store = new FileReleaseStore(releases);
    const record = await store.begin(draft);
    await store.finish({ ...record, state: "failed" });
    await store.writeNote("freeze", "{}");
    writeFileSync(join(releases, "000002.json"), '{"cut off');
    writeFileSync(join(releases, "notes.txt"), "mine");
    assert.deepEqual(
      (await store.list()).map(({ number }) => number),
      [1],
    );
    const files = ["000001.json", "000002.json", "freeze.json", "notes.txt"];
    assert.deepEqual(readdirSync(releases).sort(), files);
    assert.equal(statSync(join(releases, "000001.json")).mode & 0o077, 0);
    assert.equal((await store.begin(draft)).number, 3);
    assert.match(readFileSync(join(releases, "000001.json"), "utf8"), /"state": "failed"/);
  });
});
