import type { Deployer, UpResult } from "../../../automation";
import { AwsEmulator } from "./emulator";
import { Internet } from "./internet";
import { look } from "./look";
import type { Look } from "./look";
import { AwsProject, inventory } from "./project";

/** An image that a release runs: nothing is built or pulled, so that any digest will do. */
export function imageOf(name: string, version: number): string {
  const digest = String(version).padStart(2, "0").repeat(32);
  return `registry.example/${name}@sha256:${digest}`;
}

/** Images of the program by name: what is built, and what is copied from public registries. */
export function images(versions: Readonly<Record<string, number>> = {}): Record<string, string> {
  const names = ["web", "api", "predictor", "postgres-14", "aws-cli"];
  return Object.fromEntries(names.map((name) => [name, imageOf(name, versions[name] ?? 1)]));
}

/**
 * What is gone, and told of for a while: keys and clusters with their state, and by tags what ECS, KMS and the gateways
 * had. Each of these is listed by its own service as well, as long as it is there.
 */
const GONE = /PendingDeletion| INACTIVE$|^tagged\b.* arn:aws:(ecs:|kms:|ec2:[^/]*:natgateway\/)/;

/** A stack of the repository's program on an emulator of its own, with its own config but for what is given. */
export class AwsStack {
  private constructor(
    readonly stack: string,
    readonly emulator: AwsEmulator,
    private readonly internet: Internet,
    private readonly project: AwsProject,
    /** What an account has that nobody has used. */
    private readonly empty: readonly string[],
  ) {}

  static async start(stack: string): Promise<AwsStack> {
    const emulator = await AwsEmulator.start();
    const project = await AwsProject.create(emulator);
    const empty = await inventory(emulator);
    return new AwsStack(stack, emulator, Internet.open(emulator), project, empty);
  }

  get deployer(): Deployer {
    return this.project.deployer;
  }

  /** Brings it to a config; the whole of it, each time. */
  async up(values: Readonly<Record<string, unknown>> = {}): Promise<UpResult> {
    this.configure(values);
    return this.deployer.up({ stack: this.stack });
  }

  configure(values: Readonly<Record<string, unknown>>): void {
    this.project.config(this.stack, { "landfall:images": images(), ...values });
  }

  look(service: string): Promise<Look> {
    return look(this.emulator, `landfall-${this.stack}`, service);
  }

  /** What is in the account, past what is there from the beginning and what AWS itself keeps of things deleted. */
  async left(): Promise<string[]> {
    return (await inventory(this.emulator)).filter(
      (each) => !this.empty.includes(each) && !GONE.test(each),
    );
  }

  async stop(): Promise<void> {
    this.internet.close();
    this.project.remove();
    await this.emulator.stop();
  }
}
