import type { UpResult } from "../../automation";
import { docker, TestStack, variant } from "../../test/docker/stack/harness";
import type { Run } from "./bench";

export const SERVICES = ["web", "api", "predictor"] as const;
export type Images = Readonly<Record<(typeof SERVICES)[number], string>>;

/** The program of this repository as a stack of the bench's own, with dev's settings on other ports. */
export class BenchStack extends TestStack {
  private readonly variants = new Set<string>();

  constructor(
    private readonly run: Run,
    name: string,
    ports: { web: number; api: number },
  ) {
    super(`bench-${name}`, ports);
    run.defer(() => this.remove());
  }

  /** Brings the stack to a config, and throws unless that is what runs then. */
  async deploy(values: Readonly<Record<string, unknown>> = {}): Promise<UpResult> {
    this.configure({ "landfall:drain": "30s", ...values });
    const result = await this.deployer.up({ stack: this.stack }, { signal: this.run.signal });
    if (result.verdict === "deployed" || result.verdict === "unchanged") return result;
    throw new Error(`up: ${result.verdict}: ${JSON.stringify(result.error ?? result.unverified)}`);
  }

  /** The stack, its images and what a killed run has left. */
  async remove(): Promise<void> {
    await this.destroy();
    await this.sweep();
  }

  /** The containers of a service by their ids. */
  async containers(service: string): Promise<string[]> {
    const filters = { stack: this.stack, service };
    const args = Object.entries(filters).flatMap(([key, value]) => [
      "--filter",
      `label=landfall.${key}=${value}`,
    ]);
    return lines(await docker("ps", "-q", ...args));
  }

  /** The ids of the images that the services run. */
  async images(): Promise<Images> {
    const [web, api, predictor] = await Promise.all(SERVICES.map((name) => this.image(name)));
    return { web: web ?? "", api: api ?? "", predictor: predictor ?? "" };
  }

  /** An image that differs from another by a label only; removed with the stack. */
  async relabelled(base: string, label: string): Promise<string> {
    const id = await variant(base, `LABEL landfall.bench=${label}`);
    this.variants.add(id);
    return id;
  }

  /** An address of a container in the stack's network, reachable from this host. */
  async addressOf(container: string): Promise<string> {
    const network = `landfall-${this.stack}`;
    const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
    return docker("inspect", "--format", format, container);
  }

  private async image(service: string): Promise<string> {
    const [container] = await this.containers(service);
    if (container === undefined) throw new Error(`${this.stack}: no container of ${service} runs`);
    return docker("inspect", "--format", "{{.Image}}", container);
  }

  /** What a destroy cannot know of: objects without state, and the images, which are kept for rollbacks. */
  private async sweep(): Promise<void> {
    const label = `label=landfall.stack=${this.stack}`;
    const containers = lines(await docker("ps", "-aq", "--filter", label));
    if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
    for (const kind of ["network", "volume"] as const) {
      const names = lines(await docker(kind, "ls", "-q", "--filter", label));
      if (names.length > 0) await docker(kind, "rm", ...names);
    }
    for (const name of SERVICES) {
      const tags = lines(
        await docker(
          ...["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
          `landfall-${this.stack}/${name}`,
        ),
      );
      if (tags.length > 0) await docker("rmi", ...tags);
    }
    if (this.variants.size > 0) await docker("rmi", "--no-prune", ...this.variants);
  }
}

export function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
