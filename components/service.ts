import * as pulumi from "@pulumi/pulumi";
import type { AwsServiceArgs } from "./aws/args";
import type { DeliveredFile } from "./artefact";
import type { Duration, Size } from "./duration";
import { mebibytes, milliseconds } from "./duration";
import type { Environment } from "./environment";
import { checkPort } from "./environment";
import { Problems } from "./errors";
import type { Exposure } from "./exposure";
import { publicRoutes } from "./exposure";
import type { FeatureArgs } from "./features";
import { switched } from "./features";
import type { HealthArgs } from "./health";
import { normalizeHealth } from "./health";
import type { ImageArgs } from "./image";
import { normalizeImage } from "./image";
import type { Link, Linkable } from "./link";
import { secretNamesOf, urlVariable } from "./link";
import { checkName } from "./naming";
import type { RestartPolicy, ServiceSpec, ServiceStatus } from "./platform";
import type { RolloutArgs } from "./rollout";
import { normalizeRollout } from "./rollout";
import type { ServiceTransforms } from "./transform";

/** What every HTTP service takes. */
export interface ServiceArgs {
  /** Where it runs. */
  readonly environment: Environment;
  /** What it runs. */
  readonly image: ImageArgs;
  /** Port that the process listens on; it is also told as `PORT`. */
  readonly port?: number;
  /** How many run side by side; 0 stops the service, and the router answers 503 for it. @default 1 */
  readonly replicas?: number;
  /** Replaces the image's command. @default the image's own */
  readonly command?: readonly string[];
  /** Environment variables. Plain texts become part of the revision's key. @default {} */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variables that are secrets: encrypted in state, never shown. @default {} */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Change it to bring new values of secrets into new containers. @default none */
  readonly secretsVersion?: string;
  /** Components that this one uses: it is given their URLs and the right to reach them. @default [] */
  readonly links?: readonly Linkable[];
  /** Who can reach it. @default "internal" */
  readonly exposure?: Exposure;
  /** How it tells that it is well. */
  readonly health?: HealthArgs;
  /** Limits of one replica. @default none on the CPU, "512MB" of memory */
  readonly resources?: {
    /** vCPUs, in steps of 0.01. */
    readonly cpu?: number;
    readonly memory?: Size;
  };
  /** Longest time that a replaced replica may finish its requests, before and after SIGTERM. @default "30s" */
  readonly drain?: Duration;
  /** Longest time until an answer starts; the router then answers 504. @default "60s" */
  readonly responseTimeout?: Duration;
  /** @default "always" */
  readonly restart?: RestartPolicy;
  /** Limits of the container's log on the host. @default 3 files of "10MB" */
  readonly logs?: { readonly maxSize?: Size; readonly maxFiles?: number };
  /** User (and group) that the process runs as, such as `"1000:1000"`. @default the image's own */
  readonly user?: string;
  /** Whether the container's own file system is read-only (with a writable /tmp). @default false */
  readonly readOnlyRootFilesystem?: boolean;
  /** How a new revision takes over from the old one. */
  readonly rollout?: RolloutArgs;
  /** Features that it knows, by name: each sets variables, or starts and stops the whole service. @default {} */
  readonly features?: Readonly<Record<string, FeatureArgs>>;
  /** Changes to the resources that the service is made of. */
  readonly transform?: ServiceTransforms;
  /** Settings that only AWS has. */
  readonly aws?: AwsServiceArgs;
}

/** What a kind of service brings along. */
export interface ServiceKind {
  readonly type: string;
  readonly label: string;
  readonly defaultPort: number;
  readonly defaultHealthPath: string;
  /** Whether the kind may be published at all. */
  readonly publishable: boolean;
  /** Files and variables of the kind's own. */
  readonly extend?: (problems: Problems) => {
    readonly files?: readonly DeliveredFile[];
    readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  };
}

/** The common ground of ApiService, PredictorService and WebFrontend. */
export abstract class Service extends pulumi.ComponentResource implements Linkable {
  /** What runs; part of the stack's outputs. */
  readonly status: pulumi.Output<ServiceStatus>;
  /** Where linked components reach it. */
  readonly internalUrl: string;
  /** Where the outside reaches it; undefined when it is internal. */
  readonly publicUrl: pulumi.Output<string> | undefined;
  readonly link: Link;
  /** Names of the secrets it is given. */
  readonly secretNames: readonly string[];

  protected constructor(
    kind: ServiceKind,
    name: string,
    args: ServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const spec = normalizeService(kind, name, args);
    super(kind.type, name, {}, args.environment.optionsFor(opts));
    const deployment = args.environment.capabilities.service(this, spec);
    this.status = deployment.status;
    this.internalUrl = deployment.internalUrl;
    this.publicUrl = deployment.publicUrl;
    this.secretNames = secretNamesOf(spec);
    this.link = {
      name,
      env: { [urlVariable(name)]: deployment.internalUrl },
      secrets: {},
      permission: deployment.permission,
      // A consumer starts without waiting: it is gated by its own readiness.
      ready: [],
    };
    this.registerOutputs({ status: this.status });
  }
}

const RESTARTS: readonly RestartPolicy[] = ["unless-stopped", "always", "on-failure", "no"];

/** Checks a service's arguments as a whole and fills in the defaults. @throws InvalidArgumentsError */
export function normalizeService(kind: ServiceKind, name: string, args: ServiceArgs): ServiceSpec {
  const problems = new Problems(`${kind.label} ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  const port = args.port ?? kind.defaultPort;
  const configured = args.replicas ?? 1;
  const { replicas, ...switches } = switched(
    name,
    { ...args, replicas: configured },
    args.environment.switches,
    problems,
  );
  const links = (args.links ?? []).map((linkable) => linkable.link);
  const own = kind.extend?.(problems) ?? {};
  const restart = args.restart ?? "always";
  const maxFiles = args.logs?.maxFiles ?? 3;
  checkPort(port, "port", problems);
  requireWhole(configured, "replicas", 0, 16, problems);
  requireWhole(maxFiles, "logs.maxFiles", 1, 100, problems);
  problems.require(
    RESTARTS.includes(restart),
    "restart",
    `must be one of: ${RESTARTS.join(", ")}`,
    restart,
  );
  checkVariables(args, links, [...Object.keys(own.env ?? {}), ...switches.variables], problems);
  checkCpu(args.resources?.cpu, problems);
  const health = normalizeHealth(args.health ?? {}, kind.defaultHealthPath, problems);
  const readinessPath = health.readiness.path;
  const spec: ServiceSpec = {
    name,
    image: normalizeImage(args.image, name, args.environment, problems),
    port,
    replicas,
    command: args.command,
    env: { ...own.env, ...switches.env, ...args.env },
    secrets: args.secrets ?? {},
    links,
    files: own.files ?? [],
    health,
    rollout: normalizeRollout(args.rollout ?? {}, { replicas, readinessPath }, problems),
    // Where nothing is to run, nothing of the earlier revision stays either.
    position: replicas === 0 ? undefined : args.environment.rollouts[name],
    registered: args.environment.taskDefinitionPins[name],
    published: publicRoutes(
      kind,
      args.exposure ?? "internal",
      args.environment.publicPorts,
      problems,
    ),
    cpu: args.resources?.cpu,
    memoryMb: mebibytes(
      args.resources?.memory ?? "512MB",
      "resources.memory",
      { min: "16MB", max: "1024GB" },
      problems,
    ),
    drainMs: milliseconds(args.drain ?? "30s", "drain", { min: "0s", max: "1h" }, problems),
    responseTimeoutMs: milliseconds(
      args.responseTimeout ?? "60s",
      "responseTimeout",
      { min: "1s", max: "1h" },
      problems,
    ),
    restart,
    logs: {
      maxSizeMb: mebibytes(
        args.logs?.maxSize ?? "10MB",
        "logs.maxSize",
        { min: "1MB", max: "10GB" },
        problems,
      ),
      maxFiles,
    },
    user: args.user,
    readOnlyRootFilesystem: args.readOnlyRootFilesystem ?? false,
    secretsVersion: args.secretsVersion,
    switches: switches.status,
    transform: args.transform ?? {},
    aws: args.aws ?? {},
  };
  problems.throwIfAny();
  return spec;
}

function requireWhole(
  value: number,
  path: string,
  min: number,
  max: number,
  problems: Problems,
): void {
  const fits = Number.isInteger(value) && value >= min && value <= max;
  problems.require(fits, path, `must be a whole number from ${min} to ${max}`, value);
}

function checkCpu(cpu: number | undefined, problems: Problems): void {
  if (cpu === undefined) return;
  const fits = typeof cpu === "number" && cpu >= 0.01 && cpu <= 256;
  problems.require(fits, "resources.cpu", "must be a number of vCPUs from 0.01 to 256", cpu);
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function checkVariables(
  args: ServiceArgs,
  links: readonly Link[],
  own: readonly string[],
  problems: Problems,
): void {
  const taken = new Map<string, string>();
  const claim = (name: string, from: string) => {
    const before = taken.get(name);
    problems.require(
      VARIABLE.test(name),
      `${from}.${name}`,
      "must be a name of an environment variable",
    );
    problems.require(
      before === undefined,
      `${from}.${name}`,
      `is given by ${before ?? ""} already`,
    );
    taken.set(name, from);
  };
  for (const name of ["PORT", "LANDFALL_REVISION", ...own]) taken.set(name, "the component");
  for (const link of links)
    for (const name of [...Object.keys(link.env), ...Object.keys(link.secrets)])
      claim(name, `links[${JSON.stringify(link.name)}]`);
  for (const name of Object.keys(args.env ?? {})) claim(name, "env");
  for (const name of Object.keys(args.secrets ?? {})) claim(name, "secrets");
}
