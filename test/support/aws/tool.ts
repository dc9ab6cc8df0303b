import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import { withLock } from "../../../toolchain/lock";
import { landfallPaths, packageRoot } from "../../../toolchain/paths";

/** Where the tools lie that are shared between repositories: LANDFALL_SHARED names the folder, else it is beside the checkout. */
function shared(): string {
  const named = process.env["LANDFALL_SHARED"] ?? "";
  return named === "" ? path.resolve(packageRoot, "../shared") : path.resolve(named);
}

/** The tool that stands in for the official AWS plugin, with what an emulator of AWS lacks; undefined where there is none. */
export function awsTool(): string | undefined {
  const folder = path.join(shared(), "tools", "aws-plugin");
  return fs.existsSync(path.join(folder, "emulator", "moto_server.py")) ? folder : undefined;
}

/** Why nothing can be tested against an emulator of AWS; undefined where it can. */
export function whyNoEmulator(): string | undefined {
  if (awsTool() !== undefined) return undefined;
  const where = path.join(shared(), "tools", "aws-plugin");
  return `there is no emulator of AWS: ${where} is not there (LANDFALL_SHARED names another folder)`;
}

/** The tool with its dependencies: a copy under `.landfall`, since its own folder may be read-only. Made once. */
export async function preparedTool(): Promise<string> {
  const source = awsTool();
  if (source === undefined) throw new Error(whyNoEmulator());
  const paths = landfallPaths(packageRoot);
  const folder = path.join(paths.cache, `aws-plugin-${hashOf(source)}`);
  if (fs.existsSync(folder)) return folder;
  const lock = path.join(paths.locks, "aws-plugin.lock");
  return withLock(lock, { purpose: "preparing the AWS plugin", timeout: 5 * 60_000 }, async () => {
    if (fs.existsSync(folder)) return folder;
    const fresh = `${folder}.new`;
    fs.rmSync(fresh, { recursive: true, force: true });
    for (const file of filesOf(source)) {
      const target = path.join(fresh, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, fs.readFileSync(path.join(source, file)));
      const isProgram = (fs.statSync(path.join(source, file)).mode & 0o100) !== 0;
      fs.chmodSync(target, isProgram ? 0o755 : 0o644);
    }
    await execa("npm", ["ci", "--no-audit", "--no-fund"], { cwd: fresh });
    fs.renameSync(fresh, folder);
    return folder;
  });
}

function filesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => !file.split(path.sep).includes("node_modules"))
    .filter((file) => fs.statSync(path.join(folder, file)).isFile())
    .sort();
}

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  for (const file of filesOf(folder)) {
    hash.update(`${file}\0`).update(fs.readFileSync(path.join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
