import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { loadModel } from "../../../components/artefact";
import { Problems } from "../../../components/errors";

describe("a model artefact", () => {
  let folder: string;
  let file: string;
  const content = '{"dairy":[0.1,0.2]}';
  const sha256 = createHash("sha256").update(content).digest("hex");
  const load = (args: object = {}) => {
    const problems = new Problems("x");
    return { delivery: loadModel({ file, ...args }, problems), problems: problems.all };
  };

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-model-"));
    file = path.join(folder, "matrix.json");
    fs.writeFileSync(file, content);
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it("is delivered with its checksum", () => {
    const { delivery, problems } = load();
    assert.deepEqual(problems, []);
    assert.deepEqual(delivery, {
      files: [{ path: "/models/matrix.json", sha256, source: file }],
      env: { MODEL_PATH: "/models/matrix.json", MODEL_SHA256: sha256 },
    });
  });

  it("brings a kept backup along", () => {
    fs.writeFileSync(`${file}.backup`, content);
    assert.deepEqual(load().delivery?.env["MODEL_BACKUP_PATH"], "/models/matrix.json.backup");
    assert.equal(load().delivery?.files.length, 2);
  });

  it("is refused when it is missing, empty, broken or another than expected", () => {
    assert.match(load({ file: `${file}x` }).problems[0]?.rule ?? "", /readable file \(ENOENT\)/);
    assert.match(
      load({ sha256: "0".repeat(64) }).problems[0]?.rule ?? "",
      /must have the SHA-256 0000/,
    );
    fs.writeFileSync(file, '{"dairy":');
    assert.match(load().problems[0]?.rule ?? "", /valid JSON/);
    fs.writeFileSync(file, "");
    assert.match(load().problems[0]?.rule ?? "", /not be empty/);
  });

  it("is held against the checksum that lies beside it", () => {
    fs.writeFileSync(`${file}.sha256`, `${sha256}  matrix.json\n`);
    assert.deepEqual(load().problems, []);
    fs.writeFileSync(file, '{"dairy":[0.9]}');
    assert.match(load().problems[0]?.rule ?? "", /must have the SHA-256/);
  });

  it("is refused when the backup is broken", () => {
    fs.writeFileSync(`${file}.backup`, "{");
    assert.equal(load().problems[0]?.path, "model.backup");
  });
});
