import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentHash, readContext } from "../../../../toolchain/images/content";

describe("an image's content hash", () => {
  const file = { name: "Dockerfile", content: Buffer.from("FROM x"), mode: 0o644 };

  it("is the same for the same content", () => {
    assert.equal(contentHash(["a"], [file]), contentHash(["a"], [{ ...file }]));
  });

  it("changes with a text, a file's name, its content and its mode", () => {
    const hashes = [
      contentHash([], [file]),
      contentHash(["a"], [file]),
      contentHash([], [{ ...file, name: "Dockerfile2" }]),
      contentHash([], [{ ...file, content: Buffer.from("FROM y") }]),
      contentHash([], [{ ...file, mode: 0o755 }]),
      contentHash([], []),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("does not take neighbours for one another", () => {
    assert.notEqual(contentHash(["ab", "c"], []), contentHash(["a", "bc"], []));
  });

  it("reads a folder in a fixed order, with scripts executable", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-context-"));
    try {
      fs.mkdirSync(path.join(folder, "etc"));
      fs.writeFileSync(path.join(folder, "start.sh"), "#!/bin/sh\n", { mode: 0o600 });
      fs.writeFileSync(path.join(folder, "etc", "a.conf"), "x", { mode: 0o777 });
      assert.deepEqual(
        readContext(folder).map(({ name, mode }) => [name, mode.toString(8)]),
        [
          ["etc/a.conf", "644"],
          ["start.sh", "755"],
        ],
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
