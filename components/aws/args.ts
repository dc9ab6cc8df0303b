import type * as pulumi from "@pulumi/pulumi";

/** An environment in one region of AWS: a network over two or more zones, one load balancer, one ECS cluster. */
export interface AwsEnvironmentArgs {
  /** Region, such as `ap-northeast-1`; it must be the provider's. @default config `aws:region`, else AWS_REGION */
  readonly region?: string;
  /** The only account that the stack may be in, 12 digits. @default whichever the credentials are of */
  readonly accountId?: string;
  /** Network of the VPC in CIDR notation, /16 to /20. @default "10.0.0.0/16" */
  readonly cidr?: string;
  /** The zones, two to four of the region, each with one public and one private subnet. @default its zones `a` and `c` */
  readonly zones?: readonly string[];
  /** Networks of the private subnets, one for each zone. @default the /24s of `cidr` from number 1 on, such as 10.0.1.0/24 */
  readonly privateSubnets?: readonly string[];
  /** Networks of the public subnets, one for each zone. @default the /24s from number 101 on, such as 10.0.101.0/24; in a network smaller than /17, those behind its middle */
  readonly publicSubnets?: readonly string[];
  /** NAT gateways: one for all zones, or one in each, so that the loss of a zone cuts no other off. @default "single" */
  readonly natGateways?: "single" | "perZone";
  /** A gateway for VPN connections to the network; the connections are not made. @default false */
  readonly vpnGateway?: boolean;
  /** The domain under which public services answer. @default none: CloudFront's own name and certificate */
  readonly domain?: DomainArgs;
  /** Whether public services are behind CloudFront, which alone can then reach the load balancer. @default true */
  readonly cdn?: boolean;
  /** Paths that CloudFront keeps for as long as their Cache-Control says; nothing else is kept. @default ["/assets/*"] */
  readonly cachedPaths?: readonly string[];
  /** Ports at which the outside is answered, by HTTPS alone; CloudFront has 443 only, and 80 leads there. @default [443] */
  readonly publicPorts?: readonly number[];
  /** Days for which logs are kept, one of CloudWatch's steps. @default 30 */
  readonly logRetentionDays?: number;
  /** Addresses that are told of alarms; each has to confirm by mail. @default [] */
  readonly alertEmails?: readonly string[];
  /** ARN of a policy beyond which no role of the stack can do anything; `landfall bootstrap aws` makes one, and its deploy role makes no other roles. @default none */
  readonly permissionsBoundary?: string;
  /** Whether the load balancer and what holds data are protected against deletion. @default true */
  readonly deletionProtection?: boolean;
  /** Tags of every resource, beside Project, Environment and ManagedBy. @default {} */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A domain whose zone is at Route 53: certificates are validated and names are set in it. */
export interface DomainArgs {
  /** Host name of the page, such as `shop.example.com`. */
  readonly name: string;
  /** Id of the hosted zone that the name is in. */
  readonly zoneId: string;
}

/** What an ECS service has that other platforms have not. */
export interface AwsServiceArgs {
  /** CPU units of a task: 256, 512, 1024, 2048, 4096, 8192 or 16384. @default `resources.cpu`, else 512 */
  readonly cpuUnits?: number;
  /** Follows the load between these numbers of tasks. @default none: `replicas` tasks */
  readonly autoscaling?: AutoscalingArgs;
  /** What the tasks' role may do beside what links give: statements of an IAM policy; `*` alone is refused. @default [] */
  readonly policies?: readonly PolicyStatement[];
}

/** Target tracking: tasks are added and removed to keep both figures. */
export interface AutoscalingArgs {
  /** Fewest tasks. @default the service's `replicas` */
  readonly min?: number;
  /** Most tasks. */
  readonly max: number;
  /** Average CPU of the tasks, in percent. @default 60 */
  readonly cpuPercent?: number;
  /** Requests a task gets in a minute from the load balancer; for public services. @default 1000 */
  readonly requestsPerTask?: number;
}

/** One statement of an IAM policy. */
export interface PolicyStatement {
  readonly actions: readonly string[];
  readonly resources: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** When it holds, such as `{ StringEquals: { "kms:ViaService": … } }`. @default always */
  readonly condition?: PolicyCondition;
}

/** By operator and key. */
export type PolicyCondition = Readonly<
  Record<string, Readonly<Record<string, pulumi.Input<string | string[]>>>>
>;

/** What RDS has that other platforms have not. */
export interface AwsPostgresArgs {
  /** Class, such as `db.r5.large`. @default the smallest of t3 and r5 that has `memory`: 1GB is db.t3.micro, 16GB db.r5.large */
  readonly instanceClass?: string;
  /** A standby in another zone. @default false */
  readonly multiAz?: boolean;
  /** GiB at first, and the most to which the storage grows by itself. @default { initial: 20, max: 100 } */
  readonly storage?: { readonly initial: number; readonly max: number };
  /** Days for which daily snapshots and the log for a restore to any second are kept, 1 to 35. @default 7 */
  readonly backupDays?: number;
  /** Daily, UTC, as hh:mm-hh:mm. @default "03:00-04:00" */
  readonly backupWindow?: string;
  /** Weekly, UTC, as ddd:hh:mm-ddd:hh:mm. @default "sun:04:00-sun:05:00" */
  readonly maintenanceWindow?: string;
  /** Whether the instance leaves a snapshot when it is destroyed, under a name of its own each time. @default true */
  readonly finalSnapshot?: boolean;
  /** Whether another `version` may upgrade the instance where it is; there is no way back but a snapshot. @default false */
  readonly allowMajorUpgrade?: boolean;
}

/** What ElastiCache has that other platforms have not. */
export interface AwsRedisArgs {
  /** Node type, such as `cache.r6g.large`. @default the smallest of t3 and r6g that has `maxMemory` */
  readonly nodeType?: string;
  /** Shards in cluster mode; needs a client that speaks it (REDIS_MODE=cluster tells). @default none: one primary */
  readonly shards?: number;
  /** Replicas of each primary, in other zones; with one or more, a failed primary is replaced by itself. @default 0 */
  readonly replicas?: number;
}

/** What S3 has that other platforms have not. */
export interface AwsObjectStoreArgs {
  /** CloudFront in front of it, through which everybody can read what is in it: pictures and other assets. @default false */
  readonly cdn?: boolean;
}

/** What only AWS's alarms look at. */
export interface AwsAlarmsArgs {
  /** Names of queues (SQS) whose oldest message must not wait for too long. @default [] */
  readonly queues?: readonly pulumi.Input<string>[];
}

/** What backups on AWS have that others have not. */
export interface AwsBackupsArgs {
  /** GiB of disk of the task that makes a dump, or tries one, 21 to 200. @default 100 */
  readonly diskGib?: number;
}
