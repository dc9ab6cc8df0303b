import * as fs from "node:fs";
import * as path from "node:path";
import execa from "execa";
import { dump } from "js-yaml";
import type { UpResult } from "../../../automation";
import { Deployer } from "../../../automation";
import { ROOT, stackConfig } from "../../support/program";

/** The program as a stack of its own beside dev: other ports, short drains, a state of its own. */
export class TestStack {
  readonly webUrl: string;
  readonly apiUrl: string;
  readonly state: string;
  readonly deployer: Deployer;
  private readonly file: string;
  private values: Record<string, unknown>;

  constructor(
    readonly stack: string,
    readonly ports: { web: number; api: number },
  ) {
    this.webUrl = `http://127.0.0.1:${ports.web}`;
    this.apiUrl = `http://127.0.0.1:${ports.api}`;
    this.file = path.join(ROOT, `Pulumi.${stack}.yaml`);
    this.state = path.join(ROOT, ".landfall", "tmp", `state-${stack}`);
    this.values = {
      ...stackConfig("dev"),
      "landfall:webPort": ports.web,
      "landfall:apiPort": ports.api,
      "landfall:drain": "5s",
      "landfall:readinessDeadline": "60s",
    };
    this.deployer = new Deployer({
      projectDir: ROOT,
      env: { PULUMI_BACKEND_URL: `file://${this.state}`, PULUMI_CONFIG_PASSPHRASE: "test" },
    });
  }

  /** Sets config keys (`undefined` removes one) and writes the stack's file. */
  configure(values: Readonly<Record<string, unknown>>): void {
    fs.mkdirSync(this.state, { recursive: true });
    this.values = { ...this.values, ...values };
    const config = Object.entries(this.values).filter(([, value]) => value !== undefined);
    const kept = fs.existsSync(this.file)
      ? fs
          .readFileSync(this.file, "utf8")
          .split("\n")
          .filter((line) => line.startsWith("encryptionsalt"))
      : [];
    fs.writeFileSync(
      this.file,
      `${kept.join("\n")}\n${dump({ config: Object.fromEntries(config) })}`,
    );
  }

  async up(values: Readonly<Record<string, unknown>> = {}): Promise<UpResult> {
    this.configure(values);
    return this.deployer.up({ stack: this.stack });
  }

  /** Pins an image, or with undefined has it built again. */
  pin(images: Readonly<Record<string, string>>): Record<string, unknown> {
    return { "landfall:images": Object.keys(images).length > 0 ? images : undefined };
  }

  /** Takes away what a run that was killed has left, be its state there or not. */
  async clear(): Promise<void> {
    await this.destroy();
    await removeObjects(this.stack);
  }

  async destroy(): Promise<void> {
    if (!fs.existsSync(this.state)) return;
    try {
      await this.deployer.destroy({ stack: this.stack, includeProtected: true, remove: true });
    } finally {
      fs.rmSync(this.file, { force: true });
      fs.rmSync(this.state, { recursive: true, force: true });
    }
  }

  /** Docker objects that carry the stack's label. */
  async objects(): Promise<string[]> {
    const filter = `label=landfall.stack=${this.stack}`;
    const lists = await Promise.all([
      docker("ps", "-a", "--filter", filter, "--format", "container {{.Names}}"),
      docker("network", "ls", "--filter", filter, "--format", "network {{.Name}}"),
      docker("volume", "ls", "--filter", filter, "--format", "volume {{.Name}}"),
    ]);
    return lists.flatMap((list) => list.split("\n").filter((line) => line !== "")).sort();
  }
}

/** Removes what carries a stack's label, be it known to any state or not. */
export function removeObjects(stack: string): Promise<void> {
  return removeLabelled(`landfall.stack=${stack}`);
}

/**
 * Removes what carries a project's label, be it known to any state or not, and what keeps its images: a run that was killed, in
 * this checkout or in another, has left it.
 */
export async function removeProject(name: string): Promise<void> {
  await removeLabelled(`landfall.project=${name}`);
  await removeLabelled(`landfall.pin.project=${name}`);
}

async function removeLabelled(label: string): Promise<void> {
  const filter = `label=${label}`;
  const ids = (list: string) => list.split("\n").filter((id) => id !== "");
  const containers = ids(await docker("ps", "-aq", "--filter", filter));
  if (containers.length > 0) await docker("rm", "-f", ...containers);
  const networks = ids(await docker("network", "ls", "-q", "--filter", filter));
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const volumes = ids(await docker("volume", "ls", "-q", "--filter", filter));
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}

export async function docker(...args: readonly string[]): Promise<string> {
  return (await execa("docker", args)).stdout;
}

/**
 * An image that differs from another by a label or by what it runs, in a fraction of a second.
 * @returns its id.
 */
export async function variant(base: string, instructions: string): Promise<string> {
  const { stdout } = await execa("docker", ["build", "-q", "-"], {
    input: `FROM ${base}\n${instructions}\n`,
    env: { DOCKER_BUILDKIT: "0" },
  });
  return stdout.trim();
}

/** The parsed JSON body of an answer that must have the given status. */
export async function getJson(url: string, status = 200): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  if (response.status !== status)
    throw new Error(`${url} answered ${response.status}, not ${status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
