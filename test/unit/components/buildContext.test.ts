import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildHash, contextFiles } from "../../../components/buildContext";

describe("the hash of a build", () => {
  let folder: string;
  const write = (name: string, content: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const hash = (more: object = {}) =>
    buildHash({
      kind: "build",
      name: "api",
      context: folder,
      dockerfile: path.join(folder, "Dockerfile"),
      args: {},
      target: undefined,
      ...more,
    });

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-context-"));
    write("Dockerfile", "FROM scratch");
    write("src/app.js", "1");
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("stays when nothing changes, whatever the times of the files", () => {
    const before = hash();
    fs.utimesSync(path.join(folder, "src/app.js"), 1, 1);
    assert.equal(hash(), before);
    assert.match(before, /^[0-9a-f]{12}$/);
  });

  it("changes with content, name, mode, Dockerfile, arguments and target", () => {
    const seen = new Set([hash()]);
    const step = (change: () => void, more?: object) => {
      change();
      seen.add(hash(more));
    };
    step(() => {
      write("src/app.js", "2");
    });
    step(() => {
      fs.renameSync(path.join(folder, "src/app.js"), path.join(folder, "src/main.js"));
    });
    step(() => {
      fs.chmodSync(path.join(folder, "src/main.js"), 0o755);
    });
    step(() => {
      write("Dockerfile", "FROM other");
    });
    step(() => undefined, { args: { A: "1" } });
    step(() => undefined, { target: "runtime" });
    assert.equal(seen.size, 7);
  });

  it("leaves out what .dockerignore names, but for its exceptions", () => {
    write(".dockerignore", "node_modules\n*.md\n!README.md\n");
    write("node_modules/x/index.js", "");
    write("notes.md", "");
    write("README.md", "");
    assert.deepEqual(contextFiles(folder), [
      ".dockerignore",
      "Dockerfile",
      "README.md",
      "src/app.js",
    ]);
    const before = hash();
    write("notes.md", "changed");
    assert.equal(hash(), before);
  });

  it("takes in what an exception names below an ignored folder", () => {
    write(".dockerignore", "*\n!src/**\n!lib/keep/x.js\n!Dockerfile\n");
    write("lib/keep/x.js", "");
    write("lib/other.js", "");
    write("node_modules/x.js", "");
    assert.deepEqual(contextFiles(folder), ["Dockerfile", "lib/keep/x.js", "src/app.js"]);
  });
});
