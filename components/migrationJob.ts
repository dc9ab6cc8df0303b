import * as pulumi from "@pulumi/pulumi";
import type { Duration, Size } from "./duration";
import { mebibytes, milliseconds } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import type { ImageArgs } from "./image";
import { normalizeImage } from "./image";
import type { Linkable } from "./link";
import { checkName } from "./naming";

/** Arguments of a {@link MigrationJob}. */
export interface MigrationJobArgs {
  readonly environment: Environment;
  /** The image that holds the migrations: the new one of the service that needs them. */
  readonly image: ImageArgs;
  /** What applies them, such as `["node", "migrate.js"]`. It must hold a lock of its own in the database. */
  readonly command: readonly string[];
  /** The head that the migrations lead to: part of the release. */
  readonly head: string;
  /** The database, at least. @default [] */
  readonly links?: readonly Linkable[];
  /** @default {} */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** @default {} */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Time after which it is stopped and the update fails. @default "10m" */
  readonly timeout?: Duration;
  /** @default "512MB" */
  readonly memory?: Size;
}

/**
 * Migrations as a one-off task: with the new image and the new environment, before any new replica takes
 * traffic, on the first deploy too. Services name it in `dependsOn`.
 *
 * @example
 * const migration = new MigrationJob("migrate", { environment, image, command: ["node", "migrate.js"], head: "0002", links: [db] });
 * new ApiService("api", { environment, image, links: [db] }, { dependsOn: migration });
 */
export class MigrationJob extends pulumi.ComponentResource {
  /** The head that the migrations lead to. */
  readonly head: string;
  readonly exitCode: pulumi.Output<number>;
  /** The last lines that it printed, without secrets. */
  readonly output: pulumi.Output<string>;

  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: MigrationJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = normalize(name, args);
    super("landfall:index:MigrationJob", name, {}, opts);
    this.head = args.head;
    const task = args.environment.capabilities.task(this, spec);
    this.exitCode = task.exitCode;
    this.output = task.output;
    this.registerOutputs({ head: this.head, exitCode: this.exitCode });
  }
}

function normalize(name: string, args: MigrationJobArgs) {
  const problems = new Problems(`MigrationJob ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  problems.require(args.command.length > 0, "command", "must not be empty", args.command);
  problems.require(
    /^[\w.-]{1,200}$/.test(args.head),
    "head",
    "must be the name of the newest migration",
    args.head,
  );
  const spec = {
    name,
    image: normalizeImage(args.image, name, args.environment, problems),
    command: args.command,
    env: args.env ?? {},
    secrets: args.secrets ?? {},
    links: (args.links ?? []).map((linkable) => linkable.link),
    memoryMb: mebibytes(args.memory ?? "512MB", "memory", { min: "16MB", max: "1024GB" }, problems),
    timeoutMs: milliseconds(args.timeout ?? "10m", "timeout", { min: "1s", max: "24h" }, problems),
    runKey: args.head,
  };
  problems.throwIfAny();
  return spec;
}
