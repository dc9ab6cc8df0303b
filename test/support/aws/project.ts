import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import execa from "execa";
import { dump, load } from "js-yaml";
import { Deployer } from "../../../automation/deployer";
import { ensureToolchain } from "../../../toolchain/setup";
import type { Toolchain } from "../../../toolchain/setup";
import { landfallPaths, packageRoot } from "../../../toolchain/paths";
import type { AwsEmulator } from "./emulator";
import { motoPython } from "../s3Server";
import { preparedTool } from "./tool";

const paths = landfallPaths(packageRoot);
const TEMPORARY = path.join(paths.base, "tmp");

/** The repository's program in a project of its own, with a backend of its own, against an emulator. */
export class AwsProject {
  readonly deployer: Deployer;

  private constructor(
    readonly folder: string,
    readonly env: Readonly<Record<string, string>>,
    toolchain: Toolchain,
  ) {
    this.deployer = new Deployer({ projectDir: folder, env, toolchain });
  }

  static async create(emulator: AwsEmulator): Promise<AwsProject> {
    const toolchain = await ensureToolchain({ root: packageRoot });
    const tool = await preparedTool();
    fs.mkdirSync(TEMPORARY, { recursive: true });
    const folder = fs.mkdtempSync(path.join(TEMPORARY, "aws-"));
    fs.mkdirSync(path.join(folder, "state"));
    // The engine reads files that are delivered from the project's folder, whatever the program's working directory is.
    fs.symlinkSync(path.join(packageRoot, "apps"), path.join(folder, "apps"));
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), dump(projectFile(tool)));
    const loader = JSON.stringify(path.join(packageRoot, "bin", "load.cjs"));
    fs.writeFileSync(
      path.join(folder, "index.js"),
      `module.exports = require(${loader})("test/support/aws/program");\n`,
    );
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "/",
      ...emulator.env,
      PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
    };
    return new AwsProject(folder, env, toolchain);
  }

  /** Writes a stack's config: the repository's own of that name under what is given. */
  config(stack: string, values: Readonly<Record<string, unknown>>): void {
    const own = fs.readFileSync(path.join(packageRoot, `Pulumi.${stack}.yaml`), "utf8");
    const { config } = load(own) as { config: Record<string, unknown> };
    const file = path.join(this.folder, `Pulumi.${stack}.yaml`);
    const salt = fs.existsSync(file)
      ? (load(fs.readFileSync(file, "utf8")) as Record<string, unknown>)
      : {};
    fs.writeFileSync(file, dump({ ...salt, config: { ...config, ...values } }));
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The repository's Pulumi.yaml, with a program of its own. */
function projectFile(tool: string): object {
  const own = load(fs.readFileSync(path.join(packageRoot, "Pulumi.yaml"), "utf8")) as object;
  return {
    ...own,
    main: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    plugins: { providers: [{ name: "aws", path: path.join(tool, "bin") }] },
  };
}

/** All that there is in the emulator's account, as texts. */
export async function inventory(emulator: AwsEmulator): Promise<string[]> {
  const script = path.join(__dirname, "emulator", "inventory.py");
  const { stdout } = await execa(await motoPython(), [script], { env: emulator.env });
  return JSON.parse(stdout) as string[];
}
