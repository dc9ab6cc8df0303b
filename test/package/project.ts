import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import execa from "execa";
import type { ExecaReturnValue } from "execa";

const ROOT = path.resolve(__dirname, "../..");
const CACHE = path.join(ROOT, ".landfall", "cache", "npm");
const NPM = ["--cache", CACHE, "--prefer-offline", "--no-audit", "--no-fund"];
/** Variables that say how npm and this repository's toolchain were called: a user's shell has none of them. */
const NOT_A_USERS = /^(npm_|PULUMI_|LANDFALL_|TS_NODE_|NODE_OPTIONS$|INIT_CWD$)/i;

/** A project of a user's own, outside of the repository, that has the packed package installed. */
export class UserProject {
  private constructor(readonly folder: string) {}

  /** Builds and packs the package, and installs the tarball beside the fixture's files. */
  static async create(fixture: string): Promise<UserProject> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-package-"));
    const project = new UserProject(folder);
    try {
      fs.cpSync(path.join(__dirname, fixture), folder, { recursive: true });
      const pack = await run("npm", ["pack", "--json", "--pack-destination", folder, ...NPM], ROOT);
      const [, name] = /"filename": "([^"]+)"/.exec(pack.stdout) ?? [];
      assert.ok(name !== undefined, `npm pack named no file: ${pack.stdout}`);
      await run("npm", ["install", path.join(folder, name), ...NPM], folder);
      return project;
    } catch (error) {
      project.remove();
      throw error;
    }
  }

  /** Puts the engine where the package looks for one that was built: building it anew takes minutes. */
  lendEngine(): void {
    const engine = path.join(ROOT, ".landfall", "bin", "pulumi");
    if (!fs.existsSync(engine)) return;
    fs.mkdirSync(path.join(this.folder, ".landfall", "bin"), { recursive: true });
    fs.copyFileSync(engine, path.join(this.folder, ".landfall", "bin", "pulumi"));
  }

  write(file: string, content: string): void {
    fs.writeFileSync(path.join(this.folder, file), content);
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** A command of the installed packages, by npx's own search; a failure is told with what it printed. */
  async bin(name: string, ...args: string[]): Promise<string> {
    const { stdout } = await run("npx", ["--no-install", name, ...args], this.folder);
    return stdout;
  }

  async node(script: string): Promise<string> {
    return (await run(process.execPath, ["-e", script], this.folder)).stdout;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

async function run(command: string, args: string[], cwd: string): Promise<ExecaReturnValue> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !NOT_A_USERS.test(name)),
  );
  const result = await execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    timeout: 300_000,
    stdin: "ignore",
  });
  const shown = `${command} ${args.join(" ")}`;
  assert.equal(result.exitCode, 0, `${shown} failed:\n${result.stdout}\n${result.stderr}`);
  return result;
}

/** A port of the loopback that nobody holds now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}
