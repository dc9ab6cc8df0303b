import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";

/** Beside the checkout, or beside the folder of its worktrees. */
const PLACES = ["../shared", "../../shared"].map((place) =>
  path.resolve(__dirname, "../..", place, "tools/aws-plugin/bin/with-moto"),
);
const TOOL = PLACES.find((place) => fs.existsSync(place));

/** Why there is no emulator here; undefined where there is one. */
export function whyNoMoto(): string | undefined {
  return TOOL === undefined
    ? `SKIPPED, NOT TESTED: there is no AWS emulator at ${PLACES.join(" or ")}`
    : undefined;
}

/** An emulator of AWS's API for the tests of one file; nothing runs in it. */
export class Moto {
  private constructor(
    readonly env: Readonly<Record<string, string>>,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<Moto> {
    const print = "console.log(JSON.stringify(process.env)); process.stdin.resume();";
    if (TOOL === undefined) throw new Error(whyNoMoto());
    const child = spawn(TOOL, [process.execPath, "-e", print], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const line = once(createInterface(child.stdout), "line") as Promise<[string]>;
    const [text] = await Promise.race([
      line,
      ended.then(() => {
        throw new Error("the emulator ended before it was ready");
      }),
    ]);
    const all = JSON.parse(text) as Record<string, string>;
    const own = Object.entries(all).filter(([name]) => name.startsWith("AWS_"));
    return new Moto(Object.fromEntries(own), async () => {
      child.stdin.end();
      await ended;
    });
  }

  stop(): Promise<void> {
    return this.end();
  }
}
