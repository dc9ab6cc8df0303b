import * as pulumi from "@pulumi/pulumi";
import type { AwsEnvironmentArgs } from "./aws/args";
import { Problems } from "./errors";
import type { SwitchPositions } from "./features";
import { checkFeatures } from "./features";
import { checkName } from "./naming";
import type { Capabilities, PlatformName } from "./platform";
import { platformNamed } from "./platform";
import type { RolloutPosition } from "./rollout";
import type { ImagePin, MigrationPin, TaskDefinitionPin } from "./sdkConfig";
import { sdkConfig } from "./sdkConfig";
import type { EnvironmentTransforms } from "./transform";

/** Where a stack runs, and what all of its components share there. */
export interface EnvironmentArgs {
  /** The platform. @default "docker" */
  readonly platform?: PlatformName;
  /**
   * Image references by image name, from the stack's config: they override what components name or build.
   * A release is pinned with them. @default {}
   */
  readonly images?: Readonly<Record<string, string>>;
  /**
   * Feature switches by name, from the stack's config `<project>:features`, which `landfall feature` writes. Services
   * say what each does, and where it stands when it is not named here. @default {}
   */
  readonly features?: Readonly<Record<string, boolean>>;
  /** Settings that only Docker has. */
  readonly docker?: DockerEnvironmentArgs;
  /** Settings that only AWS has. */
  readonly aws?: AwsEnvironmentArgs;
  /** Changes to the environment's own resources. */
  readonly transform?: EnvironmentTransforms;
}

/** An environment on one Docker engine: the one that DOCKER_HOST names. */
export interface DockerEnvironmentArgs {
  /** Ports that the router publishes; public services are reached through them. @default [] */
  readonly publicPorts?: readonly number[];
  /** Address of the host that the ports are bound to; `0.0.0.0` opens them to other machines. @default "127.0.0.1" */
  readonly bindAddress?: string;
  /** Subnet of the stack's network, /24, in CIDR notation. @default one in 10.64.0.0/10 that the project's and stack's name give */
  readonly subnet?: string;
  /**
   * Id of the deployment that the stack's Docker objects belong to. Set it to take over the volumes that a deployment
   * has left whose state is lost: the error that refuses them names the id. @default one that is made with the stack and kept in its state
   */
  readonly owner?: string;
  /** Registry that built images are pushed to. @default none: images stay on the engine that has built them */
  readonly registry?: RegistryArgs;
  /** Image of the router. @default "haproxy:2.6-bookworm" */
  readonly routerImage?: string;
}

/** A place in a registry, and the login to it. */
export interface RegistryArgs {
  /** Host and port of the registry and the path below which images are put, such as `localhost:5000/shop`. */
  readonly address: string;
  /** @default the login that the Docker CLI has for the host, if any */
  readonly username?: string;
  /** Kept as a secret. */
  readonly password?: pulumi.Input<string>;
}

/** Packages of the providers that an environment may be given. */
const PACKAGES = ["aws", "docker", "random"];

/**
 * The network, the router and the naming of one stack on one platform. Every other component is given one.
 *
 * @example
 * const environment = new Environment("shop", { docker: { publicPorts: [8080] } });
 */
export class Environment extends pulumi.ComponentResource {
  /** What the platform can do; for the components of this library. */
  readonly capabilities: Capabilities;
  /** Image references by image name that override the components' own. */
  readonly imagePins: Readonly<Record<string, string>>;
  /** What an earlier release has run, by image name, while it is deployed again; goes before everything else. */
  readonly releasePins: Readonly<Record<string, ImagePin>>;
  /** Task definitions that an earlier release has run, by service name, while it is deployed again. */
  readonly taskDefinitionPins: Readonly<Record<string, TaskDefinitionPin>>;
  /** The migrations of a release while it is deployed again, by job name; go before the working tree's. */
  readonly migrationPins: Readonly<Record<string, MigrationPin>>;
  /** Ports on which services can be published. */
  readonly publicPorts: readonly number[];
  /** Where services stand on their way to a new revision; for the components of this library. */
  readonly rollouts: Readonly<Record<string, RolloutPosition>>;
  /** Where features stand, and which services are stopped; for the components of this library. */
  readonly switches: SwitchPositions;

  /**
   * @param opts A provider given here is also used by the components of the environment.
   * @throws InvalidArgumentsError with every mistake in the arguments.
   */
  constructor(name: string, args: EnvironmentArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const problems = new Problems(`Environment ${JSON.stringify(name)}`);
    checkName(name, "name", problems);
    checkFeatures(args.features ?? {}, problems);
    const { rollouts, pins, taskDefinitions, migrations, stopped } = sdkConfig(problems);
    const open = platformNamed(args.platform ?? "docker", problems)?.(args, problems);
    if (open === undefined || problems.all.length > 0) throw problems.error();
    super("landfall:index:Environment", name, {}, opts);

    const identity = { name, project: pulumi.getProject(), stack: pulumi.getStack() };
    this.imagePins = args.images ?? {};
    this.releasePins = pins;
    this.taskDefinitionPins = taskDefinitions;
    this.migrationPins = migrations;
    this.rollouts = rollouts;
    this.switches = { features: args.features ?? {}, stopped };
    this.capabilities = open(this, identity);
    this.publicPorts = this.capabilities.publicPorts;
    this.registerOutputs({});
  }

  /**
   * Options of a component of this environment: it uses the environment's providers, unless it is given others. For
   * the components of this library.
   */
  optionsFor(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
    const own = PACKAGES.flatMap((name) => this.getProvider(`${name}:index:Any`) ?? []);
    return { ...opts, providers: [...own, ...Object.values(opts.providers ?? {})] };
  }
}

/** Notes a mistake unless the number can be a TCP port. */
export function checkPort(port: number, path: string, problems: Problems): void {
  const fits = Number.isInteger(port) && port >= 1 && port <= 65535;
  problems.require(fits, path, "must be a port: a whole number from 1 to 65535", port);
}
