import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A temporary folder for each test of the enclosing suite. */
export function temporaryFolder(): { (...parts: string[]): string; write: typeof write } {
  let folder = "";
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-unit-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return Object.assign((...parts: string[]) => path.join(folder, ...parts), { write });
}

/** Writes a file and the folders above it; gives its path. */
export function write(file: string, content: string, mode = 0o644): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, { mode });
  fs.chmodSync(file, mode);
  return file;
}
