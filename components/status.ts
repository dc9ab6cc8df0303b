import type { AlarmThresholds } from "./specs";
import type { RolloutPhase, RolloutSpec } from "./rollout";

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
  /** Docker: names of the containers that take traffic. */
  readonly containers: readonly string[];
  /** Docker: name of the router's container. */
  readonly router?: string;
  /** AWS: the service as ECS knows it. */
  readonly ecs?: EcsServiceStatus;
  readonly rollout: RolloutStatus;
  /** How its image is built; undefined where it is referenced or pinned, or where a transform changes the build. */
  readonly build?: BuildStatus;
  /** Files that are delivered into its containers. */
  readonly files: readonly FileStatus[];
}

/** Where ECS has a service, and what it is meant to run. */
export interface EcsServiceStatus {
  readonly region: string;
  readonly cluster: string;
  /** Name of the service in the cluster. */
  readonly service: string;
  /** ARN of the task definition with its number: what PRIMARY must run. */
  readonly taskDefinition: string;
  /** The container that is the service's own; others are helpers. */
  readonly container: string;
  readonly logGroup: string;
  /** Whether the number of tasks follows the load, between these. */
  readonly autoscaling?: { readonly min: number; readonly max: number };
  /** Target groups of a load balancer that it answers behind. */
  readonly targetGroups: readonly string[];
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

/** A managed database: an element of the stack's output `databases`, by the component's name. */
export interface DatabaseStatus {
  readonly region: string;
  /** Identifier of the RDS instance. */
  readonly instance: string;
  /** Role that the services log in as. */
  readonly role: string;
  /** What one-off tasks on the database run as: the SDK reaches it in no other way. */
  readonly tools: ToolsTask;
}

/**
 * A task definition with a Postgres client, whose container is told PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD:
 * the master user's, as secrets by ARN. It runs where the database admits it, and only when it is asked to.
 */
export interface ToolsTask {
  readonly cluster: string;
  /** ARN with its number. */
  readonly taskDefinition: string;
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly logGroup: string;
  /** `awslogs-stream-prefix` of the container. */
  readonly logPrefix: string;
}

/** What can be seen of a component on Docker at one moment, or of the minutes before. */
export type DockerMetric = "cpu" | "memory" | "connections" | "errors" | "p95" | "storage";

/** What is watched, and from where on somebody is told. */
export interface AlarmsStatus {
  readonly thresholds: AlarmThresholds;
  /** Each thing that is looked at. */
  readonly watched: readonly {
    /** Name of the component. */
    readonly component: string;
    /** What is told of, in words. */
    readonly what: string;
    /** Docker: what `landfall status` looks at. */
    readonly metric?: DockerMetric;
    /** AWS: name of the alarm in CloudWatch. */
    readonly alarm?: string;
  }[];
  /** AWS: where alarms go, and the page that shows them. */
  readonly cloudwatch?: {
    readonly region: string;
    /** ARN of the topic. */
    readonly topic: string;
    readonly dashboard: string;
  };
}

/** What backs a database up, and where its dumps are. */
export interface BackupsStatus {
  /** Name of the database's component. */
  readonly database: string;
  readonly keepDays: number;
  /** Docker: the volume that holds the dumps, and the container that makes and tries them. */
  readonly docker?: { readonly volume: string; readonly container: string };
  /** AWS: the bucket, and the tasks that anybody may run who wants one now. */
  readonly ecs?: {
    readonly region: string;
    readonly bucket: string;
    /** What the keys of the dumps begin with. */
    readonly prefix: string;
    readonly cluster: string;
    /** ARN of the task definition that makes a dump. */
    readonly dump: string;
    /** ARN of the one that tries the newest; undefined where none does. */
    readonly drill?: string;
    readonly subnets: readonly string[];
    readonly securityGroup: string;
    readonly logGroup: string;
  };
}
