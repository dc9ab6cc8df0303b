import type * as pulumi from "@pulumi/pulumi";
import { docker } from "./docker";
import { InvalidArgumentsError } from "./errors";
import type { EnvironmentArgs } from "./environment";
import type {
  PostgresSpec,
  RedisSpec,
  ServiceDeployment,
  ServiceSpec,
  StackIdentity,
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
 * A platform: the environment, and one narrow function for each capability that it has. `C` is what its
 * environment hands to them: networks, routers, clusters.
 */
export interface Platform<C> {
  environment(parent: pulumi.ComponentResource, identity: StackIdentity, args: EnvironmentArgs): C;
  /** What must have gone well before anything of the stack is made: a refused stack leaves nothing behind. */
  readonly admission: (context: C) => pulumi.Resource;
  readonly service: Capability<C, ServiceSpec, ServiceDeployment>;
  readonly postgres: Capability<C, PostgresSpec, StoreDeployment>;
  readonly redis: Capability<C, RedisSpec, StoreDeployment>;
  readonly task: Capability<C, TaskSpec, TaskDeployment>;
}

/** A platform whose environment has been made. */
export type Capabilities = { readonly admission: pulumi.Resource } & {
  readonly [
    K in Exclude<keyof Platform<unknown>, "environment" | "admission">
  ]: Platform<unknown>[K] extends (context: unknown, ...rest: infer R) => infer Answer
    ? (...rest: R) => Answer
    : never;
};

type Open = (
  parent: pulumi.ComponentResource,
  identity: StackIdentity,
  args: EnvironmentArgs,
) => Capabilities;

/** The one place where a platform is chosen. */
const PLATFORMS = { docker: opener(docker) } satisfies Record<string, Open>;

/** Platforms that the specification names and that a later version brings. */
const ANNOUNCED: Readonly<Record<string, string>> = {
  aws: "the aws platform comes with a later version of landfall; this one has: docker",
  fly: "the fly platform comes with a later version of landfall; this one has: docker",
};

export type PlatformName = keyof typeof PLATFORMS;

/** The platform of that name. @throws InvalidArgumentsError when there is none. */
export function platformNamed(name: string, subject: string): Open {
  if (Object.hasOwn(PLATFORMS, name)) return PLATFORMS[name as PlatformName];
  const rule = ANNOUNCED[name] ?? `must be one of: ${Object.keys(PLATFORMS).join(", ")}`;
  throw new InvalidArgumentsError(subject, [
    { path: "platform", rule, received: JSON.stringify(name) },
  ]);
}

function opener<C>(platform: Platform<C>): Open {
  return (parent, identity, args) => {
    const context = platform.environment(parent, identity, args);
    return {
      admission: platform.admission(context),
      service: (owner, spec) => platform.service(context, owner, spec),
      postgres: (owner, spec) => platform.postgres(context, owner, spec),
      redis: (owner, spec) => platform.redis(context, owner, spec),
      task: (owner, spec) => platform.task(context, owner, spec),
    };
  };
}
