import type * as pulumi from "@pulumi/pulumi";
import { createRequire } from "node:module";
import type * as aws from "./aws";
import type * as docker from "./docker";
import type { Problems } from "./errors";
import type { EnvironmentArgs } from "./environment";
import type {
  AlarmsDeployment,
  AlarmsSpec,
  BackupsDeployment,
  BackupsSpec,
  EnvironmentIdentity,
  ObjectStoreDeployment,
  ObjectStoreSpec,
  PostgresSpec,
  RedisSpec,
  ServiceDeployment,
  ServiceSpec,
  StoreDeployment,
  TaskDeployment,
  TaskSpec,
} from "./specs";

export type * from "./specs";
export type * from "./status";

type Capability<C, Spec, Answer> = (
  context: C,
  parent: pulumi.ComponentResource,
  spec: Spec,
) => Answer;

/**
 * A platform: the environment, and one narrow function for each capability that it has. `S` are its settings, `C` is
 * what its environment hands to the capabilities: networks, routers, clusters.
 */
export interface Platform<S, C> {
  /** The environment's settings for this platform, complete; every mistake is noted. */
  settings(args: EnvironmentArgs, problems: Problems): S;
  environment(
    parent: pulumi.ComponentResource,
    identity: EnvironmentIdentity,
    args: EnvironmentArgs,
    settings: S,
  ): C;
  /** What must have gone well before anything of the stack is made: a refused stack leaves nothing behind. */
  readonly admission: (context: C) => pulumi.Resource;
  /** Ports on which services can be published. */
  readonly publicPorts: (context: C) => readonly number[];
  readonly service: Capability<C, ServiceSpec, ServiceDeployment>;
  readonly postgres: Capability<C, PostgresSpec, StoreDeployment>;
  readonly redis: Capability<C, RedisSpec, StoreDeployment>;
  readonly task: Capability<C, TaskSpec, TaskDeployment>;
  // What a platform need not have: a component that needs it says so, before anything of it is made.
  readonly objectStore?: Capability<C, ObjectStoreSpec, ObjectStoreDeployment>;
  readonly backups?: Capability<C, BackupsSpec, BackupsDeployment>;
  readonly alarms?: Capability<C, AlarmsSpec, AlarmsDeployment>;
}

/** What every environment has beside its platform's capabilities. */
interface Opened {
  /** Name of the platform. */
  readonly platform: PlatformName;
  readonly admission: pulumi.Resource;
  readonly publicPorts: readonly number[];
}

type Bound<F> = F extends (context: never, ...rest: infer R) => infer Answer
  ? (...rest: R) => Answer
  : undefined;

/** A platform whose environment has been made. */
export type Capabilities = Opened & {
  readonly [
    K in Exclude<keyof Platform<unknown, unknown>, "environment" | "settings" | keyof Opened>
  ]: Bound<Platform<unknown, never>[K]>;
};

/** What a component needs and not every platform has; notes a mistake where this one has none. */
export function capabilityOf<K extends "objectStore" | "backups" | "alarms">(
  { capabilities }: { readonly capabilities: Capabilities },
  key: K,
  what: string,
  problems: Problems,
): Capabilities[K] {
  const rule = `must be of a platform with ${what}: ${capabilities.platform} has none`;
  problems.require(capabilities[key] !== undefined, "environment", rule);
  return capabilities[key];
}

type Open = (parent: pulumi.ComponentResource, identity: EnvironmentIdentity) => Capabilities;

/** Checks an environment's arguments; what comes back makes it. */
type Prepare = (args: EnvironmentArgs, problems: Problems) => Open;

const load = createRequire(__filename);

/** The one place where a platform is chosen. It is loaded then: a stack on Docker does not pay for another's provider. */
const PLATFORMS = {
  docker: () => preparer("docker", (load("./docker") as typeof docker).docker),
  aws: () => preparer("aws", (load("./aws") as typeof aws).aws),
} satisfies Record<PlatformName, () => Prepare>;

/** Platforms that the specification names and that a later version brings. */
const ANNOUNCED: Readonly<Record<string, string>> = {
  fly: "the fly platform comes with a later version of landfall; this one has: docker, aws",
};

/** A platform of the table. */
export type PlatformName = "docker" | "aws";

/** The platform of that name; notes a mistake when there is none. */
export function platformNamed(name: string, problems: Problems): Prepare | undefined {
  if (Object.hasOwn(PLATFORMS, name)) return PLATFORMS[name as PlatformName]();
  const rule = ANNOUNCED[name] ?? `must be one of: ${Object.keys(PLATFORMS).join(", ")}`;
  problems.add("platform", rule, name);
  return undefined;
}

function preparer<S, C>(name: PlatformName, platform: Platform<S, C>): Prepare {
  return (args, problems) => {
    const settings = platform.settings(args, problems);
    return (parent, identity) => {
      const context = platform.environment(parent, identity, args, settings);
      const { objectStore, backups, alarms } = platform;
      return {
        platform: name,
        admission: platform.admission(context),
        publicPorts: platform.publicPorts(context),
        service: (owner, spec) => platform.service(context, owner, spec),
        postgres: (owner, spec) => platform.postgres(context, owner, spec),
        redis: (owner, spec) => platform.redis(context, owner, spec),
        task: (owner, spec) => platform.task(context, owner, spec),
        objectStore: objectStore && ((owner, spec) => objectStore(context, owner, spec)),
        backups: backups && ((owner, spec) => backups(context, owner, spec)),
        alarms: alarms && ((owner, spec) => alarms(context, owner, spec)),
      };
    };
  };
}
