import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureToolchain } from "../../../toolchain/setup";
import type { Toolchain } from "../../../toolchain/setup";

const root = path.resolve(__dirname, "..", "..", "..");
const TIMEOUT_MILLISECONDS = 120_000;

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Both streams. */
  output: string;
}

/** A Pulumi project in a temporary folder, run by plain `pulumi` with the toolchain of this checkout. */
export class TinyProject {
  private constructor(
    readonly folder: string,
    private readonly toolchain: Toolchain,
  ) {}

  /** @param files Paths and contents; Pulumi.yaml and package.json are there by default. */
  static async create(
    files: Record<string, string>,
    options: { withoutSdk?: boolean } = {},
  ): Promise<TinyProject> {
    const toolchain = await ensureToolchain({ root });
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-tiny-"));
    const project = new TinyProject(folder, toolchain);
    const all = {
      "Pulumi.yaml": "name: tiny\nruntime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": JSON.stringify({ name: "tiny", main: "index.js" }),
      ...files,
    };
    for (const [name, content] of Object.entries(all)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), content);
    }
    fs.mkdirSync(path.join(folder, "state"));
    if (options.withoutSdk !== true) {
      fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    }
    const made = await project.run("stack", "init", "test");
    if (made.code !== 0) throw new Error(`pulumi stack init failed:\n${made.output}`);
    return project;
  }

  /** Runs `pulumi` to its end. */
  async run(...args: string[]): Promise<Outcome> {
    return this.start(...args).ended;
  }

  /** Starts `pulumi`. */
  start(...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
    const child = spawn(this.toolchain.pulumi, [...args, "--non-interactive"], {
      cwd: this.folder,
      env: {
        ...process.env,
        ...this.toolchain.env,
        PULUMI_BACKEND_URL: `file://${path.join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
    }, TIMEOUT_MILLISECONDS);
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, output });
      });
    });
    return { child, ended };
  }

  /** Waits for a file that the program writes, and reads it. */
  async fileWritten(name: string): Promise<string> {
    const file = path.join(this.folder, name);
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
      if (text.endsWith("\n")) return text.trim();
      await sleep(50);
    }
    throw new Error(`${name} was not written in a minute`);
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
