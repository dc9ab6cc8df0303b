import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";

const root = resolve(__dirname, "../..");
const toolchain = join(root, ".landfall");

/** A place of its own for the real engine: PULUMI_HOME with embedded plugins, and a file backend. */
export class EngineSandbox {
  private constructor(
    readonly directory: string,
    private readonly command: PulumiCommand,
  ) {}

  /** @param plugins name to version of the embedded plugins to install. */
  static async create(plugins: Readonly<Record<string, string>>): Promise<EngineSandbox> {
    const binary = join(toolchain, "bin", "pulumi");
    assert.ok(
      existsSync(binary),
      `there is no engine at ${binary}: run scripts/test, which sets it up`,
    );
    const directory = await mkdtemp(join(tmpdir(), "landfall-engine-"));
    for (const [name, version] of Object.entries(plugins)) {
      await installPlugin(directory, name, version, join(root, "bin", `plugin-${name}.cjs`));
    }
    await mkdir(join(directory, "state"));
    const command = await PulumiCommand.get({ root: toolchain });
    return new EngineSandbox(directory, command);
  }

  /** Installs a plugin of the test's own: a module that exports a `main`, by its path from the repository's root. */
  async installPlugin(name: string, module: string): Promise<void> {
    const script = join(this.directory, `plugin-${name}.cjs`);
    const load = JSON.stringify(join(root, "bin/load.cjs"));
    await writeFile(script, `require(${load})(${JSON.stringify(module)}).main();\n`);
    await installPlugin(this.directory, name, "1.0.0", script);
  }

  async stack(projectName: string, stackName: string, program: PulumiFn): Promise<Stack> {
    return LocalWorkspace.createOrSelectStack(
      { projectName, stackName, program },
      { pulumiHome: join(this.directory, "home"), pulumiCommand: this.command, envVars: this.env },
    );
  }

  /** The stack's state as it lies on disk. */
  async storedState(projectName: string, stackName: string): Promise<string> {
    const file = join(this.directory, "state/.pulumi/stacks", projectName, `${stackName}.json`);
    return readFile(file, "utf8");
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private get env(): Record<string, string> {
    return {
      PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }
}

async function installPlugin(
  directory: string,
  name: string,
  version: string,
  script: string,
): Promise<void> {
  const folder = join(directory, "home/plugins", `resource-${name}-v${version}`);
  const executable = join(folder, `pulumi-resource-${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(executable, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  await chmod(executable, 0o755);
}
