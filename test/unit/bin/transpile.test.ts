import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const transpiler = path.resolve(__dirname, "..", "..", "..", "bin", "transpile.cjs");

describe("loading TypeScript without the compiler", () => {
  let root: string;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-transpile-"));
  });

  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });

  const load = (file: string): { output: string; cached: number } => {
    const script = `
      require(${JSON.stringify(transpiler)})(${JSON.stringify(root)});
      try { console.log(JSON.stringify(require(${JSON.stringify(path.join(root, file))}))); }
      catch (error) { console.log(error.stack); }`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    const cache = path.join(root, ".landfall", "cache", "transpiled");
    return {
      output: stdout + stderr,
      cached: fs.existsSync(cache) ? fs.readdirSync(cache).length : 0,
    };
  };

  it("takes a changed source at once, and keeps what it has made of each", () => {
    fs.writeFileSync(
      path.join(root, "a.ts"),
      `import { b } from "./b"; export const a: number = b;`,
    );
    fs.writeFileSync(path.join(root, "b.ts"), "export const b: number = 1;");
    assert.deepEqual(load("a.ts"), { output: '{"a":1}\n', cached: 2 });
    fs.writeFileSync(path.join(root, "b.ts"), "export const b: number = 2;");
    assert.deepEqual(load("a.ts"), { output: '{"a":2}\n', cached: 3 });
    assert.deepEqual(load("a.ts"), { output: '{"a":2}\n', cached: 3 });
  });

  it("tells places in the source, not in what was made of it", () => {
    const source = `interface Gone {\n  a: string;\n}\n\nexport const a: Gone = (null as never as () => Gone)();\n`;
    fs.writeFileSync(path.join(root, "a.ts"), source);
    assert.match(load("a.ts").output, /a\.ts:5:/);
  });

  it("works where nothing can be kept", () => {
    fs.writeFileSync(path.join(root, ".landfall"), "in the way");
    fs.writeFileSync(path.join(root, "a.ts"), "export const a: number = 1;");
    assert.equal(load("a.ts").output, '{"a":1}\n');
  });
});
