import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ImageLog } from "../../../../toolchain/images/imageLog";

describe("the log of the base images", () => {
  it("keeps the last lines of each image apart, without the terminal's colours", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-log-"));
    try {
      const shown: string[] = [];
      const log = new ImageLog(path.join(folder, "logs", "images.log"), (line) => shown.push(line));
      for (let line = 1; line <= 30; line++) log.write("a:1", `line ${line}\n`);
      log.write("b:1", "\u001b[91mred\u001b[0m\r\n\n");
      log.report("b:1", "done");
      assert.equal(log.tail("a:1").length, 12);
      assert.equal(log.tail("a:1").at(-1), "line 30");
      assert.deepEqual(log.tail("b:1"), ["red", "done"]);
      assert.deepEqual(shown, ["b:1: done"]);
      assert.equal(fs.readFileSync(log.file, "utf8").trim().split("\n").length, 32);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
