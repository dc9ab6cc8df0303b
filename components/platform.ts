import type * as pulumi from "@pulumi/pulumi";
import type { DeliveredFile } from "./artefact";
import { docker } from "./docker";
import { InvalidArgumentsError } from "./errors";
import type { EnvironmentArgs } from "./environment";
import type { Health } from "./health";
import type { ImageSpec } from "./image";
import type { Link, LinkedDatabase, NetworkPermission } from "./link";
import type { MigrationTool } from "./migrations";
import type { MigrationPlan, SchemaBackup } from "./migrations/status";
import type { RolloutPhase, RolloutPosition, RolloutSpec } from "./rollout";
import type { ServiceTransforms, StoreTransforms } from "./transform";

/** What every platform is told about the stack that it hosts. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** A service as platforms see it: checked, complete, times in milliseconds, sizes in MiB. */
export interface ServiceSpec {
  readonly name: string;
  readonly image: ImageSpec;
  readonly port: number;
  readonly replicas: number;
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  readonly links: readonly Link[];
  readonly files: readonly DeliveredFile[];
  readonly health: Health;
  readonly rollout: RolloutSpec;
  /** Where it stands on its way to a new revision; undefined: nowhere, the new one takes over at once. */
  readonly position: RolloutPosition | undefined;
  /** How the outside reaches it; empty: it does not. */
  readonly published: readonly PublicRoute[];
  readonly cpu: number | undefined;
  readonly memoryMb: number;
  readonly drainMs: number;
  readonly responseTimeoutMs: number;
  readonly restart: RestartPolicy;
  readonly logs: { readonly maxSizeMb: number; readonly maxFiles: number };
  readonly user: string | undefined;
  readonly readOnlyRootFilesystem: boolean;
  /** Changing it makes new containers with the secrets of the day. */
  readonly secretsVersion: string | undefined;
  /** Where its switches stand: part of its status as it is. */
  readonly switches: Pick<ServiceStatus, "features" | "inactive" | "configuredReplicas">;
  readonly transform: ServiceTransforms;
}

/** What restarts a container that has ended. */
export type RestartPolicy = "unless-stopped" | "always" | "on-failure" | "no";

/** How requests from outside find a service. */
export interface PublicRoute {
  readonly port: number;
  readonly hosts: readonly string[] | undefined;
  readonly pathPrefix: string | undefined;
}

/** What a platform answers for a service. */
export interface ServiceDeployment {
  readonly status: pulumi.Output<ServiceStatus>;
  /** Where linked components reach it, such as `http://predictor:5000`. */
  readonly internalUrl: string;
  /** Where the outside reaches it, when it is published. */
  readonly publicUrl: string | undefined;
  readonly permission: NetworkPermission;
}

/** What runs of a service: an output of the stack, and what the observed verdict is held against. */
export interface ServiceStatus {
  /** Image reference as it was asked for, or the name that the build was given. */
  readonly image: string;
  /** Id of the image that the containers run. */
  readonly digest: string;
  /** The image's key in config `images`, where it is not the service's name. */
  readonly imageName?: string;
  /** `name@sha256:…` by which a registry has the image; undefined where none is known to have it. */
  readonly repoDigest?: string;
  /** Hash of what a container runs: image, env, command, limits, files. */
  readonly revision: string;
  readonly replicas: number;
  /** Replicas that run while no switch stops it. */
  readonly configuredReplicas: number;
  /** Features that it knows, by name: where each stands, and whether it starts and stops the whole service. */
  readonly features?: Readonly<Record<string, { readonly on: boolean; readonly enables: boolean }>>;
  /** What stops it, where something does: `landfall stop`, or a feature that is off. */
  readonly inactive?:
    { readonly by: "stop" } | { readonly by: "feature"; readonly feature: string };
  readonly healthPath: string;
  readonly port: number;
  readonly exposure: "internal" | "public";
  readonly url?: string;
  /** Names of the containers that take traffic. */
  readonly containers: readonly string[];
  /** Name of the router's container. */
  readonly router: string;
  readonly rollout: RolloutStatus;
  /** How its image is built; undefined where it is referenced or pinned, or where a transform changes the build. */
  readonly build?: BuildStatus;
  /** Files that are delivered into its containers. */
  readonly files: readonly FileStatus[];
}

/** How a service gets to a new revision, and how far it is. */
export interface RolloutStatus extends Pick<RolloutSpec, "strategy" | "phases" | "gates"> {
  /** The phase that it is in; absent when only one revision is there. */
  readonly current?: RolloutPhase & {
    readonly index: number;
    /** The revision that stays beside the new one until the end. */
    readonly stable: { readonly revision: string; readonly containers: readonly string[] };
  };
}

/** How an image is built: what tells, without running the program, whether it would be built again. */
export interface BuildStatus {
  /** Name of the image: its key in config `images`. */
  readonly image: string;
  /** Folder that is sent to the builder, relative to the program's. */
  readonly context: string;
  /** Relative to the program's folder. */
  readonly dockerfile: string;
  /** Hash of the Dockerfile and the context's files, less what `.dockerignore` names: 12 hex digits. */
  readonly contextHash: string;
}

/** A file that is delivered into containers, as an output tells it. */
export interface FileStatus {
  /** Absolute path in the container. */
  readonly path: string;
  /** SHA-256 of the content in hex. */
  readonly sha256: string;
  /** The local file, relative to the program's folder; undefined where it lies outside or is made by the program. */
  readonly source?: string;
}

/** Postgres as platforms see it. */
export interface PostgresSpec {
  readonly name: string;
  readonly version: string;
  readonly image: string | undefined;
  readonly database: string;
  readonly user: string;
  readonly password: pulumi.Output<string>;
  readonly memoryMb: number;
  readonly maxConnections: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly transform: StoreTransforms;
}

/** Redis as platforms see it. */
export interface RedisSpec {
  readonly name: string;
  readonly version: string;
  readonly image: string | undefined;
  readonly password: pulumi.Output<string>;
  readonly maxMemoryMb: number;
  readonly evictionPolicy: string;
  readonly savePoints: readonly (readonly [number, number])[];
  readonly transform: StoreTransforms;
}

/** What a platform answers for a database or cache. */
export interface StoreDeployment {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly permission: NetworkPermission;
  /** Docker: name of the server's container. */
  readonly server?: pulumi.Input<string>;
  /** What must be there before a consumer starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** A one-off task as platforms see it. */
export interface TaskSpec {
  readonly name: string;
  readonly image: ImageSpec;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  readonly links: readonly Link[];
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Changing it runs the task again. */
  readonly runKey: string;
  /** The schema that it migrates; undefined for a task that migrates none, or one that is not known. */
  readonly schema?: TaskSchema;
  /** Folder in which the database is backed up before a contracting migration; undefined: nowhere. */
  readonly backups?: string;
}

/** The schema that a task migrates. */
export interface TaskSchema extends MigrationPlan {
  readonly tool: MigrationTool;
  /** Later ones that the database may have: then there is nothing to run. */
  readonly beyond: readonly string[];
  readonly database: LinkedDatabase | undefined;
}

/** What a platform answers for a task. */
export interface TaskDeployment {
  readonly exitCode: pulumi.Output<number>;
  readonly output: pulumi.Output<string>;
  /** Id of the image that it ran. */
  readonly image: pulumi.Output<string>;
  /** Folder of the backups that it takes; undefined where it takes none. */
  readonly backups: string | undefined;
  /** The backup that was taken before it; undefined where none was. */
  readonly backup: pulumi.Output<SchemaBackup | undefined>;
}

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
