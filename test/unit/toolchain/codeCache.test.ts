import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { packageBin } from "../../../toolchain/paths";
import { temporaryFolder } from "./folder";

describe("the cache of compiled code", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();

  /** Runs a script with what it requires from node_modules/thing. */
  async function run(thing: string, args: readonly string[] = []): Promise<string> {
    const module = path.join(folder("node_modules"), "thing.js");
    folder.write(module, thing);
    const script = folder.write(
      folder("main.js"),
      `require(${JSON.stringify(packageBin("codeCache.cjs"))})("main"); console.log(require("thing")());`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [...args, script], {
      env: { PATH: process.env["PATH"], LANDFALL_CODE_CACHE: folder("cache") },
    });
    return stdout.trim();
  }

  const kept = () => (fs.existsSync(folder("cache")) ? fs.readdirSync(folder("cache")) : []);

  it("keeps code between processes, and takes none that is older than its source", async () => {
    assert.equal(await run("module.exports = () => 'one';"), "one");
    const [name = ""] = kept();
    assert.match(name, /^main-[0-9a-f]{12}\.bin$/);
    const before = fs.statSync(folder("cache", name));
    assert.equal(await run("module.exports = () => 'one';"), "one");
    // Nothing new: nothing was written.
    assert.equal(fs.statSync(folder("cache", name)).ino, before.ino);
    assert.equal(await run("module.exports = () => 'two';"), "two");
    assert.notEqual(fs.statSync(folder("cache", name)).ino, before.ino);
    assert.deepEqual(kept(), [name]);
  });

  it("is begun anew where its file is not what was written, or belongs to nobody", async () => {
    await run("module.exports = () => 'one';");
    const [name = ""] = kept();
    const whole = fs.readFileSync(folder("cache", name));
    for (const broken of [
      whole.subarray(0, whole.length - 10),
      Buffer.from("nonsense"),
      whole.fill(7, 200),
    ]) {
      fs.writeFileSync(folder("cache", name), broken);
      assert.equal(await run("module.exports = () => 'one';"), "one");
    }
  });

  it("changes nothing of lines and columns, of what a module is given, and of dynamic imports", async () => {
    const thing = `#!/usr/bin/env node
      module.exports = () => {
        const [, line, column] = /thing\\.js:(\\d+):(\\d+)/.exec(new Error("here").stack);
        return [line, column, require.main.filename === process.argv[1], typeof require.resolve("fs"), __dirname.endsWith("node_modules"), module.id === __filename].join(" ");
      };`;
    const plain = await run(thing, ["--inspect-port=0"]);
    assert.equal(await run(thing), plain);
    assert.equal(await run(thing), plain);
    assert.match(plain, /^3 \d+ true string true true$/);
    const imports = `module.exports = () => eval("im" + "port('node:os')") && "imported"; // import(`;
    assert.equal(await run(imports), "imported");
    assert.equal(await run(imports), "imported");
  });

  it("is left alone while somebody measures or debugs", async () => {
    await run("module.exports = () => 'one';", [
      "--cpu-prof",
      `--cpu-prof-dir=${folder("profiles")}`,
    ]);
    assert.deepEqual(kept(), []);
  });
});
