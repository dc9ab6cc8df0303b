import type * as pulumi from "@pulumi/pulumi";
import type {
  AwsAlarmsArgs,
  AwsBackupsArgs,
  AwsObjectStoreArgs,
  AwsPostgresArgs,
  AwsRedisArgs,
  AwsServiceArgs,
} from "./aws/args";
import type { DeliveredFile } from "./artefact";
import type { Health } from "./health";
import type { ImageSpec } from "./image";
import type { Link, LinkedDatabase, LinkGrant, NetworkPermission } from "./link";
import type { MigrationTool } from "./migrations";
import type { KnownBackup, MigrationPlan } from "./migrations/status";
import type { RolloutPosition, RolloutSpec } from "./rollout";
import type { TaskDefinitionPin } from "./sdkConfig";
import type { AlarmsStatus, BackupsStatus, DatabaseStatus, ServiceStatus } from "./status";
import type { ObjectStoreTransforms, ServiceTransforms, StoreTransforms } from "./transform";

/** What every platform is told about the stack that it hosts. */
export interface StackIdentity {
  readonly project: string;
  readonly stack: string;
}

/** An environment as platforms see it: its stack, and its own name. */
export interface EnvironmentIdentity extends StackIdentity {
  readonly name: string;
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
  /** What a platform that registers revisions has registered for one before; of use where it is this one. */
  readonly registered: TaskDefinitionPin | undefined;
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
  /** Settings that only AWS has. */
  readonly aws: AwsServiceArgs;
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
  readonly publicUrl: pulumi.Output<string> | undefined;
  readonly permission: NetworkPermission;
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
  /** Undefined: what the platform gives a server of this size. */
  readonly maxConnections: number | undefined;
  /** The user's own; what a platform tunes to the server's size is its own matter. */
  readonly settings: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly transform: StoreTransforms;
  /** Settings that only AWS has. */
  readonly aws: AwsPostgresArgs;
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
  /** Settings that only AWS has. */
  readonly aws: AwsRedisArgs;
}

/** What a platform answers for a database or cache. */
export interface StoreDeployment {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly permission: NetworkPermission;
  /** Docker: name of the server's container. */
  readonly server?: pulumi.Input<string>;
  /** AWS: what tasks on the database need. */
  readonly rds?: LinkedDatabase["rds"];
  /** AWS: names of the nodes of a cache. */
  readonly nodes?: readonly string[];
  /** What the deployer has to know of a database, where it needs to. */
  readonly status?: pulumi.Output<DatabaseStatus>;
  /** Whether connections must be encrypted: URLs then say so. @default false */
  readonly tls?: boolean;
  /** What consumers are told beside the URL. @default {} */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
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
  /** Heads of a database with which there is nothing to run: a former release's own, and later ones that its code works with. */
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
  readonly backup: pulumi.Output<KnownBackup | undefined>;
}

/** An object store as platforms see it. */
export interface ObjectStoreSpec {
  readonly name: string;
  readonly versioned: boolean;
  readonly keepVersionsDays: number;
  /** Undefined: objects stay. */
  readonly expireDays: number | undefined;
  readonly deletionProtection: boolean;
  readonly transform: ObjectStoreTransforms;
  /** Settings that only AWS has. */
  readonly aws: AwsObjectStoreArgs;
}

/** What a platform answers for an object store. */
export interface ObjectStoreDeployment {
  readonly bucket: pulumi.Input<string>;
  readonly region: string;
  readonly endpoint: string;
  /** Where everybody can read what is in it; undefined where nobody can. */
  readonly publicUrl: pulumi.Output<string> | undefined;
  readonly permission: NetworkPermission;
  readonly grants: readonly LinkGrant[];
  readonly ready: readonly pulumi.Resource[];
}

/** From where on somebody is told. */
export interface AlarmThresholds {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly connections: number;
  /** Share of answers that are 5xx, 0 to 1. */
  readonly errorRate: number;
  readonly p95Ms: number;
  readonly freeStorageMb: number;
  readonly queueAgeSeconds: number;
}

/** What is watched, as platforms see it. */
export interface AlarmsSpec {
  readonly name: string;
  readonly thresholds: AlarmThresholds;
  readonly services: readonly {
    readonly name: string;
    readonly status: pulumi.Output<ServiceStatus>;
    readonly isPublic: boolean;
  }[];
  readonly databases: readonly {
    readonly name: string;
    /** AWS: identifier of the RDS instance. */
    readonly instance: pulumi.Input<string> | undefined;
  }[];
  readonly caches: readonly {
    readonly name: string;
    /** AWS: names of its nodes. */
    readonly nodes: readonly string[];
  }[];
  /** Settings that only AWS has. */
  readonly aws: AwsAlarmsArgs;
}

/** What a platform answers for alarms. */
export interface AlarmsDeployment {
  readonly status: pulumi.Output<AlarmsStatus>;
}

/** A time of day in UTC. */
export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

/** The days of a week, as they are said in arguments. */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** Backups as platforms see them. */
export interface BackupsSpec {
  readonly name: string;
  readonly database: {
    readonly name: string;
    readonly version: string;
    readonly image: string | undefined;
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    readonly password: pulumi.Output<string>;
    readonly link: Link;
  };
  /** When it is dumped, every day. */
  readonly at: TimeOfDay;
  readonly keepDays: number;
  /** When the newest dump is tried; undefined: never. */
  readonly drill: (TimeOfDay & { readonly day: Weekday }) | undefined;
  readonly memoryMb: number;
  readonly deletionProtection: boolean;
  /** Settings that only AWS has. */
  readonly aws: AwsBackupsArgs;
}

/** What a platform answers for backups. */
export interface BackupsDeployment {
  readonly status: pulumi.Output<BackupsStatus>;
}
